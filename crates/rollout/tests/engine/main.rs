//! The engine as a whole: invariants, the failure table, commands, checks, journals and the policies of five systems.

mod world;

use rollout::journal::Phase;
use rollout::*;
use world::*;

fn policy() -> Policy {
    Policy::parse(r#"{"steps":[{"weight":10,"bake_time":"5m"},{"weight":50,"bake_time":"5m"}],"final_bake_time":"5m","analysis":{"metrics":[{"name":"error-rate","source":"platform","threshold":{"max":0.02}}]}}"#).unwrap()
}

#[test]
fn smoke() {
    for traffic in [Traffic::GOOD, Traffic::BAD, Traffic::NONE] {
        let mut w = World::new(policy());
        w.traffic = traffic;
        w.ask(ask(Verb::Start("v2".into())));
        let start = w.now;
        loop {
            let d = w
                .run_now(&mut |w, c| {
                    println!(
                        "{:>5} {:?} {} {:?} {} wake {:?}",
                        w.now.as_second() - start.as_second(),
                        c.decision.phase(),
                        c.decision.weight(),
                        c.decision.action,
                        c.decision.reason,
                        c.decision.wake_at.map(|a| a.as_second() - start.as_second())
                    )
                })
                .unwrap();
            match d.wake_at {
                Some(at) => w.now = at,
                None => break,
            }
        }
        println!("{:?} {}", w.journal.phase(), w.journal.to_canonical_json().len());
    }
    let _ = Phase::Idle;
}
