//! Start: the cookie, the line, the socket, the arguments.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::process::{COOKIE, Running, output};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn one_line_says_where_the_provider_listens() {
    let provider = Running::start(&[]).await;
    let fields: Vec<_> = provider.handshake.iter().map(String::as_str).collect();
    let ["1", "6", "unix", socket, "grpc", certificate] = fields[..] else { panic!("{fields:?}") };
    assert!(socket.starts_with(&provider.directory.path().display().to_string()), "{socket}");
    assert!(certificate.len() > 50 && !certificate.ends_with('='), "{certificate}");
}

#[tokio::test]
async fn only_the_user_can_reach_the_socket() {
    let provider = Running::start(&[]).await;
    let directory = provider.socket().parent().expect("a directory").to_owned();
    assert_eq!(directory.metadata().expect("a directory").permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn the_host_can_choose_the_directory_and_let_a_group_in() {
    let chosen = tempfile::tempdir().expect("a directory");
    let group = chosen.path().metadata().expect("a directory").gid().to_string();
    let path = chosen.path().display().to_string();
    let environment =
        [("PLUGIN_UNIX_SOCKET_DIR", path.as_str()), ("PLUGIN_UNIX_SOCKET_GROUP", group.as_str())];
    let provider = Running::start(&environment).await;
    assert!(provider.socket().starts_with(chosen.path()), "{:?}", provider.handshake);
    assert_eq!(provider.socket().metadata().expect("a socket").permissions().mode() & 0o777, 0o660);
    provider.connect().await.shut_down().await.expect("an answer");
    provider.end().await;
    assert_eq!(chosen.path().read_dir().expect("a directory").count(), 0);
}

#[tokio::test]
async fn a_deep_directory_for_temporary_files_is_no_obstacle() {
    let deep = format!("{}/{}", std::env::temp_dir().display(), "d".repeat(100));
    std::fs::create_dir_all(&deep).expect("a directory");
    let provider = Running::start(&[("TMPDIR", deep.as_str())]).await;
    assert!(provider.socket().starts_with("/tmp/"), "{:?}", provider.handshake);
    provider.connect().await.schema().await.expect("an answer");
    provider.connect().await.shut_down().await.expect("an answer");
    let socket = provider.socket();
    provider.end().await;
    assert!(!socket.exists());
    std::fs::remove_dir(&deep).expect("an empty directory");
}

#[tokio::test]
async fn a_host_that_asks_to_multiplex_is_told_no() {
    let provider = Running::start(&[("PLUGIN_MULTIPLEX_GRPC", "true")]).await;
    assert_eq!(provider.handshake.get(6).map(String::as_str), Some("false"));
}

#[tokio::test]
async fn a_host_without_protocol_6_is_left_to_say_so() {
    let provider = Running::start(&[("PLUGIN_PROTOCOL_VERSIONS", "4,5")]).await;
    assert_eq!(provider.handshake[1], "6");
    provider.connect().await.shut_down().await.expect("an answer");
    let (_, stderr) = provider.end().await;
    assert!(stderr.contains("needs Terraform 1.0"), "{stderr}");
}

#[tokio::test]
async fn without_the_cookie_a_person_gets_help_and_status_1() {
    for cookie in [None, Some(("TF_PLUGIN_MAGIC_COOKIE", "d602"))] {
        let output = output(&[], cookie.as_slice()).await;
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stdout), "");
        let stderr = text(&output.stderr);
        for part in ["start it by themselves", "source  = \"tfplugin/bare\"", "dev_overrides", "--debug"] {
            assert!(stderr.contains(part), "{part}: {stderr}");
        }
    }
}

#[tokio::test]
async fn a_client_certificate_that_is_none_ends_the_start() {
    let output = output(&[], &[COOKIE, ("PLUGIN_CLIENT_CERT", "nonsense")]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("PLUGIN_CLIENT_CERT holds no certificate"), "{output:?}");
}

#[tokio::test]
async fn version_and_help_are_answered_on_stdout() {
    for flag in ["--version", "-version"] {
        let output = output(&[flag], &[]).await;
        assert!(output.status.success());
        assert!(text(&output.stdout).starts_with("terraform-provider-bare 0."), "{output:?}");
        assert_eq!(text(&output.stderr), "");
    }
    assert!(text(&output(&["--help"], &[]).await.stdout).contains("terraform init"));
}

#[tokio::test]
async fn an_unknown_argument_ends_with_status_2() {
    let output = output(&["--debgu"], &[]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("Argument `--debgu` is not known"), "{output:?}");
}
