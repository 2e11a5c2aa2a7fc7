//! RDS (forms and XML).

use aws_sdk_rds::{Client, config::Builder};

use crate::support::{Aws, tests};

tests! { "RDS":
    a_reservation_is_offered_for_what_is_asked_for
        calls DescribeReservedDBInstancesOfferings;
    an_offering_is_found_by_its_id_and_no_other
        calls DescribeReservedDBInstancesOfferings;
}

fn client(aws: &Aws) -> Client {
    Client::from_conf(Builder::from(&aws.sdk()).interceptor(aws.record()).build())
}

async fn a_reservation_is_offered_for_what_is_asked_for(aws: &Aws) {
    let asked = client(aws).describe_reserved_db_instances_offerings().db_instance_class("db.t3.medium");
    let asked = asked.multi_az(true).offering_type("No Upfront").duration("3");
    let found = asked.send().await.unwrap();
    let [offering] = found.reserved_db_instances_offerings() else { panic!("{found:?}") };
    assert_eq!((offering.db_instance_class(), offering.multi_az()), (Some("db.t3.medium"), Some(true)));
    assert_eq!((offering.offering_type(), offering.duration()), (Some("No Upfront"), Some(3 * 365 * 86_400)));
    assert_eq!((offering.fixed_price(), offering.currency_code()), (Some(0.0), Some("USD")));
    assert!(found.marker().is_none());
}

async fn an_offering_is_found_by_its_id_and_no_other(aws: &Aws) {
    let rds = client(aws);
    let any = rds.describe_reserved_db_instances_offerings().send().await.unwrap();
    let id = any.reserved_db_instances_offerings()[0].reserved_db_instances_offering_id().unwrap();
    let by_id = |id: &str| {
        rds.describe_reserved_db_instances_offerings().reserved_db_instances_offering_id(id).send()
    };
    let found = by_id(id).await.unwrap();
    assert_eq!(found.reserved_db_instances_offerings(), any.reserved_db_instances_offerings());
    let other = by_id("other").await.unwrap_err().into_service_error();
    assert!(other.is_reserved_db_instances_offering_not_found_fault(), "{other:?}");
}
