//! Where configuration comes from: our own, the environment, the profile files, the chain's end.
