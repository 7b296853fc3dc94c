//! A CoAP server on the crate `coap`, for the benchmarks: /hello over UDP. Usage: coap-rs-server ADDRESS:PORT

use coap::Server;
use coap_lite::{CoapRequest, RequestType, ResponseType};
use std::net::SocketAddr;

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).expect("ADDRESS:PORT");
    let server = Server::new_udp(&address).expect("the address is free");
    server
        .run(|mut request: Box<CoapRequest<SocketAddr>>| async move {
            let found = request.get_path() == "hello" && *request.get_method() == RequestType::Get;
            if let Some(response) = request.response.as_mut() {
                if found {
                    response.message.payload = b"hello".to_vec();
                } else {
                    response.set_status(ResponseType::NotFound);
                }
            }
            request
        })
        .await
        .expect("the server runs");
}
