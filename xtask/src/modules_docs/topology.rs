//! The picture of a system: who stands in which tier of the network, and who may call whom, read from its Terraform root.

use super::{blocks, label, parse, text, value};
use anyhow::{Context as _, Result};
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::structure::{Block, Body};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A Mermaid flowchart of the root in `folder`, in a code block.
pub(super) fn picture(folder: &Path) -> Result<String> {
    let mut files: Vec<_> =
        fs::read_dir(folder).with_context(|| folder.display().to_string())?.flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    let mut bodies = Vec::new();
    for file in
        files.iter().map(fs::DirEntry::path).filter(|path| path.extension().is_some_and(|end| end == "tf"))
    {
        bodies.push(parse(&file)?);
    }
    draw(&bodies).with_context(|| folder.display().to_string())
}

/// A call of a module that stands in the network, or beside it.
struct Node<'a> {
    name: &'a str,
    kind: String,
    tiers: BTreeSet<String>,
    groups: BTreeSet<String>,
}

fn draw(bodies: &[Body]) -> Result<String> {
    let calls: Vec<&Block> = bodies.iter().flat_map(|body| blocks(body, "module")).collect();
    let called = |kind: &str| {
        let source = move |call: &&&Block| text(call, "source").ends_with(&format!("/{kind}"));
        calls.iter().find(source).copied().with_context(|| format!("no call of modules/{kind}"))
    };
    let (network, security, cdn) = (called("vpc")?, called("security-groups")?, called("cloudfront")?);
    let nodes: Vec<Node<'_>> = calls
        .iter()
        .filter(|call| {
            ![network, security].map(label).contains(&label(call))
                && text(call, "source").contains("/modules/")
        })
        .map(|call| Node {
            name: label(call),
            kind: text(call, "source").rsplit('/').next().unwrap_or_default().to_owned(),
            tiers: indices(call, &format!("module.{}.subnet_ids[", label(network))),
            groups: indices(call, &format!("module.{}.ids[", label(security))),
        })
        .collect();

    let mut out = String::from("```mermaid\nflowchart TB\n  viewers([viewers])\n  internet([internet])\n");
    let place = |node: &Node<'_>| format!("{0}[\"{0}<br/>{1}\"]", node.name, node.kind);
    let edge = nodes.iter().find(|node| node.name == label(cdn)).context("the CDN is a module")?;
    let _ = writeln!(out, "  {}\n  viewers -->|443| {}", place(edge), edge.name);

    let _ = writeln!(out, "  subgraph vpc[\"VPC {}\"]", text(network, "cidr"));
    let tiers = object(value(network, "tiers")).context("the network has tiers")?;
    for (tier, settings) in entries(tiers) {
        let settings = settings.as_object().context("a tier is an object")?;
        let subnets = object(member(settings, "subnets")).context("a tier has subnets")?;
        let ranges: Vec<&str> = subnets.iter().filter_map(|(_, range)| range.expr().as_str()).collect();
        let _ = writeln!(out, "    subgraph {tier}[\"{tier}: {}\"]", ranges.join(", "));
        for node in nodes.iter().filter(|node| node.tiers.contains(&tier)) {
            let _ = writeln!(out, "      {}", place(node));
        }
        if member(settings, "route").and_then(Expression::as_str) == Some("internet") {
            out += "      nat[\"NAT\"]\n";
        }
        out += "    end\n";
    }
    out += "  end\n";

    let beside = nodes.iter().filter(|node| node.tiers.is_empty() && node.name != edge.name);
    out += "  subgraph beside[\"outside the network\"]\n    direction LR\n";
    for node in beside {
        let _ = writeln!(out, "    {}", place(node));
    }
    out += "  end\n";

    for arrow in arrows(security, &nodes, edge, tiers)? {
        let _ = writeln!(out, "  {arrow}");
    }
    if let Some(services) = value(network, "gateway_endpoints").and_then(Expression::as_array) {
        for service in services.iter().filter_map(Expression::as_str) {
            let _ = writeln!(out, "  vpc -->|endpoint| {service}[({})]", service.to_uppercase());
        }
    }
    Ok(out + "  nat --> internet\n```\n")
}

/// Who may open connections to whom, and on which port: the rules of the security groups.
fn arrows(security: &Block, nodes: &[Node<'_>], edge: &Node<'_>, tiers: &Object) -> Result<Vec<String>> {
    let members = |group: &str| -> Vec<&str> {
        nodes.iter().filter(|node| node.groups.contains(group)).map(|node| node.name).collect()
    };
    let by_nat = |name: &str| {
        let tiers_of = nodes.iter().find(|node| node.name == name).map(|node| &node.tiers);
        entries(tiers).any(|(tier, settings)| {
            let route =
                settings.as_object().and_then(|tier| member(tier, "route")).and_then(Expression::as_str);
            route == Some("nat") && tiers_of.is_some_and(|tiers| tiers.contains(&tier))
        })
    };
    let groups = object(value(security, "groups")).context("there are groups")?;
    let mut arrows = BTreeSet::new();
    for (group, settings) in entries(groups) {
        let settings = settings.as_object().context("a group is an object")?;
        for (_, rule) in object(member(settings, "ingress")).into_iter().flat_map(entries) {
            let rule = rule.as_object().context("a rule is an object")?;
            let port =
                member(rule, "port").map(|port| port.to_string().trim().to_owned()).unwrap_or_default();
            let sources = match member(rule, "group").and_then(Expression::as_str) {
                Some(other) => members(other),
                None if member(rule, "prefix_list_id").is_some() => vec![edge.name],
                None => vec!["viewers"],
            };
            for to in members(&group) {
                arrows.extend(
                    sources.iter().filter(|from| **from != to).map(|from| format!("{from} -->|{port}| {to}")),
                );
            }
        }
        for (_, rule) in object(member(settings, "egress")).into_iter().flat_map(entries) {
            let rule = rule.as_object().context("a rule is an object")?;
            let outside = member(rule, "cidr").and_then(Expression::as_str) == Some("0.0.0.0/0");
            if let Some(port) = member(rule, "port").filter(|_| outside) {
                let from = members(&group).into_iter().filter(|name| by_nat(name));
                arrows.extend(from.map(|from| format!("{from} -->|{}| nat", port.to_string().trim())));
            }
        }
    }
    Ok(arrows.into_iter().collect())
}

/// The keys by which a block indexes something, such as `app` in `module.network.subnet_ids["app"]`.
fn indices(block: &Block, of: &str) -> BTreeSet<String> {
    let text = block.body.to_string();
    let rest = text.split(of).skip(1);
    rest.filter_map(|rest| Some(rest.strip_prefix('"')?.split_once('"')?.0.to_owned())).collect()
}

fn object(expression: Option<&Expression>) -> Option<&Object> {
    expression?.as_object()
}

fn member<'a>(object: &'a Object, name: &str) -> Option<&'a Expression> {
    let mut all = object.iter();
    let is = |key: &ObjectKey| matches!(key, ObjectKey::Ident(ident) if ident.as_str() == name);
    all.find(|(key, _)| is(key)).map(|(_, value)| value.expr())
}

/// The members that are named by a plain word.
fn entries(object: &Object) -> impl Iterator<Item = (String, &Expression)> {
    object.iter().filter_map(|(key, value)| match key {
        ObjectKey::Ident(name) => Some((name.as_str().to_owned(), value.expr())),
        ObjectKey::Expression(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_hold_who_stands_in_them_and_rules_are_arrows() {
        let root = r#"
module "network" {
  source = "../../modules/vpc"
  cidr   = "10.0.0.0/16"
  gateway_endpoints = ["s3"]
  tiers = {
    public = { route = "internet", subnets = { a = "10.0.1.0/24" } }
    app    = { route = "nat", subnets = { a = "10.0.2.0/24" } }
  }
}
module "security_groups" {
  source = "../../modules/security-groups"
  groups = {
    alb = { ingress = { http = { port = 80, cidr = "0.0.0.0/0" }, https = { port = 443, prefix_list_id = "pl" } } }
    ecs = { ingress = { api = { port = 3000, group = "alb" } }, egress = { https = { port = 443, cidr = "0.0.0.0/0" } } }
  }
}
module "cdn" {
  source = "../../modules/cloudfront"
}
module "alb" {
  source  = "../../modules/alb"
  subnets = module.network.subnet_ids["public"]
  groups  = [module.security_groups.ids["alb"]]
}
module "api" {
  source  = "../../modules/ecs-service"
  network = { subnets = module.network.subnet_ids["app"], groups = [module.security_groups.ids["ecs"]] }
}
module "budget" {
  source = "../../modules/budget"
}
"#;
        let expected = r#"```mermaid
flowchart TB
  viewers([viewers])
  internet([internet])
  cdn["cdn<br/>cloudfront"]
  viewers -->|443| cdn
  subgraph vpc["VPC 10.0.0.0/16"]
    subgraph public["public: 10.0.1.0/24"]
      alb["alb<br/>alb"]
      nat["NAT"]
    end
    subgraph app["app: 10.0.2.0/24"]
      api["api<br/>ecs-service"]
    end
  end
  subgraph beside["outside the network"]
    direction LR
    budget["budget<br/>budget"]
  end
  alb -->|3000| api
  api -->|443| nat
  cdn -->|443| alb
  viewers -->|80| alb
  vpc -->|endpoint| s3[(S3)]
  nat --> internet
```
"#;
        assert_eq!(draw(&[root.parse().unwrap()]).unwrap(), expected);
    }
}
