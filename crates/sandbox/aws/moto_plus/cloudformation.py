"""CloudFormation: the outputs of a stack that a change set made."""

from moto.cloudformation.responses import CloudFormationResponse

from moto_plus.extension import Service

service = Service("cloudformation", CloudFormationResponse, lambda answering: answering.cloudformation_backend)


@service.repairs("ExecuteChangeSet")
def execute_change_set(call, moto):
    """moto looks for outputs in the template that the stack had before."""
    answer = moto()
    for change_set in call.backend.change_sets.values():
        if call["ChangeSetName"] in (change_set.change_set_id, change_set.change_set_name):
            stack = call.backend.stacks[change_set.stack_id]
            stack._parse_template()
            stack.output_map = stack._create_output_map()
    return answer
