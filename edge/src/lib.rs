//! The Cloudflare Worker: a thin loop around the gateway.
