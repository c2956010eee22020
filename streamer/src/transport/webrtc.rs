//! [`Peer`] on the `webrtc` crate (0.21).

use std::{
    net::IpAddr,
    ops::RangeInclusive,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU16, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use rtc::{
    media_stream::MediaStreamTrack,
    peer_connection::configuration::setting_engine::SctpMaxMessageSize,
    rtp::{self, header::Header},
    rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind},
};
use tokio::{
    sync::{Mutex, Notify, mpsc},
    time::timeout,
};
use webrtc::{
    data_channel::DataChannel,
    media_stream::track_local::{TrackLocal, TrackLocalEvent, static_rtp::TrackLocalStaticRTP},
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
        RTCIceCandidateInit, RTCIceGatheringState, RTCIceServer, RTCPeerConnectionState, RTCSessionDescription,
        SettingEngineBuilder,
    },
    rtp_transceiver::RtpSender,
};

use super::{
    Carrier, Patched, Peer, PeerError, PeerEvent,
    channels::{self, Input},
    codecs::Offered,
    engine::{Engine, PLAYOUT_DELAY},
    estimator::Bitrates,
    keyframes,
    packets::Unit,
    ports::Ports,
    public,
    sdpfrag::{self, Fragment},
};

/// Host candidates are there at once; this is for a STUN or TURN server that does not answer.
const GATHERING: Duration = Duration::from_secs(5);
/// How long the last message may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// Bytes that may wait for a page on a data channel.
const SEND_BUFFER: usize = 1 << 20;
/// Without a word on the transport, ICE calls a peer disconnected after the first and failed after both. Together they
/// stay under the five seconds in which a page that closed silently must be gone.
const ICE_DISCONNECTED: Duration = Duration::from_millis(2500);
const ICE_FAILED: Duration = Duration::from_millis(2000);
const ICE_KEEPALIVE: Duration = Duration::from_millis(800);
/// DTLS begins at the first of these looks after a pair was found: with the library's 200 ms, whoever connects waits for it
/// for longer than for all the rest. As long as browsers themselves try: 3 s for each pair.
const ICE_CHECKS: Duration = Duration::from_millis(20);
const ICE_CHECKS_AT_MOST: u16 = 150;
/// Minimum and maximum playout delay of 0, twelve bits each.
const NO_DELAY: Bytes = Bytes::from_static(&[0, 0, 0]);

/// A STUN or TURN server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IceServer {
    /// Such as `stun:host:3478` or `turn:host:3478?transport=udp`.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(default)]
    pub username: String,
    /// For TURN.
    #[serde(default)]
    pub credential: String,
}

/// What all peers share.
pub struct WebRtc {
    ports: Ports,
    public: Arc<[IpAddr]>,
    ice_servers: Vec<IceServer>,
    bitrates: Bitrates,
    runtime: Arc<dyn webrtc::runtime::Runtime>,
}

impl WebRtc {
    /// Peers are reached on `address`; unspecified: on every interface. With `public`, a relay in front is reached there, on
    /// the same ports. Must be called inside the tokio runtime.
    ///
    /// # Errors
    /// [`PeerError::Library`] outside of one.
    pub fn new(
        address: IpAddr,
        public: Vec<IpAddr>,
        udp_ports: Option<RangeInclusive<u16>>,
        ice_servers: Vec<IceServer>,
        bitrates: Bitrates,
    ) -> Result<Self, PeerError> {
        let runtime =
            webrtc::runtime::default_runtime().ok_or_else(|| PeerError::Library("no async runtime".into()))?;
        let ports = Ports::new(address, udp_ports);
        let ports = if public.is_empty() { ports } else { ports.udp_alone() };
        Ok(Self { ports, public: public.into(), ice_servers, bitrates, runtime })
    }
}

/// One peer connection.
struct WebRtcPeer {
    connection: Arc<dyn PeerConnection>,
    track: Arc<TrackLocalStaticRTP>,
    public: Arc<[IpAddr]>,
    stream: Stream,
    sequence: AtomicU16,
    target: Arc<AtomicU32>,
    input: Input,
    gathered: Arc<Notify>,
    longest_message: usize,
    /// The page's description, as it stands after restarts; the lock makes PATCHes follow each other.
    offer: Mutex<String>,
}

/// What goes into each packet's header; known when the answer is.
struct Stream {
    ssrc: u32,
    payload_type: u8,
    playout_delay: Option<u8>,
}

struct Handler {
    events: mpsc::Sender<PeerEvent>,
    gathered: Arc<Notify>,
    input: Input,
    motion: Arc<OnceLock<()>>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.notify_one();
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        tracing::debug!(%state, "peer connection");
        let event = match state {
            RTCPeerConnectionState::Connected => PeerEvent::Connected,
            RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => PeerEvent::Gone,
            _ => return,
        };
        // Not awaited here: this runs on the library's driver, which must not wait for us.
        let events = self.events.clone();
        tokio::spawn(async move { events.send(event).await });
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        let (input, motion, events) = (Arc::clone(&self.input), Arc::clone(&self.motion), self.events.clone());
        tokio::spawn(channels::read(channel, input, motion, events));
    }
}

fn library(error: impl std::fmt::Display) -> PeerError {
    PeerError::Library(error.to_string())
}

fn description(error: impl std::fmt::Display) -> PeerError {
    PeerError::Description(error.to_string())
}

#[async_trait::async_trait]
impl Carrier for WebRtc {
    async fn accept(
        &self,
        offer: &str,
        codec: &Offered,
        events: mpsc::Sender<PeerEvent>,
    ) -> Result<(Arc<dyn Peer>, String), PeerError> {
        let engine = Engine::new(codec, self.bitrates)?;
        let mut start = [0u8; 2];
        getrandom::fill(&mut start).map_err(library)?;
        let gathered = Arc::new(Notify::new());
        let input = Input::default();
        let handler = Handler {
            events: events.clone(),
            gathered: Arc::clone(&gathered),
            input: Arc::clone(&input),
            motion: Arc::default(),
        };
        let ice_servers = self.ice_servers.iter().cloned().map(|server| RTCIceServer {
            urls: server.urls,
            username: server.username,
            credential: server.credential,
        });
        let settings = SettingEngineBuilder::new()
            .with_include_loopback_candidate(true)
            // The names that browsers hide their addresses behind need not be resolved: a browser's first check tells where
            // it is. A query would go to everybody on the network, and where there is none its socket cannot be opened.
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .with_ice_connection_attempts(Some(ICE_CHECKS), Some(ICE_CHECKS_AT_MOST))
            .with_ice_timeouts(Some(ICE_DISCONNECTED), Some(ICE_FAILED), Some(ICE_KEEPALIVE))
            .with_sctp_max_message_size(SctpMaxMessageSize::Unbounded)
            .build();
        let connection = PeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().with_ice_servers(ice_servers.collect()).build())
            .with_media_engine(engine.media)
            .with_interceptor_registry(engine.registry)
            .with_setting_engine(settings)
            .with_handler(Arc::new(handler))
            .with_runtime(Arc::clone(&self.runtime))
            .with_udp_addrs(self.ports.udp()?)
            .with_tcp_addrs(self.ports.tcp())
            .with_data_channel_send_buffer_limit(SEND_BUFFER)
            .build()
            .await
            .map_err(library)?;
        let connection: Arc<dyn PeerConnection> = Arc::new(connection);

        let answered = answer(&connection, engine.codec, offer, &gathered).await;
        let (track, stream, sdp) = match answered {
            Ok(answered) => answered,
            Err(error) => {
                // The sockets must not outlive a bad offer.
                let _ = connection.close().await;
                return Err(error);
            }
        };
        tokio::spawn(key_frame_requests(Arc::clone(&track), events));
        let peer = WebRtcPeer {
            connection,
            track,
            public: Arc::clone(&self.public),
            stream,
            sequence: AtomicU16::new(u16::from_ne_bytes(start)),
            target: engine.target,
            input,
            gathered,
            longest_message: longest_message(offer),
            offer: Mutex::new(offer.to_owned()),
        };
        Ok((Arc::new(peer), public::at(&sdp, &self.public)))
    }
}

/// What the page takes in one message (RFC 8841), and what the library can send: a longer one would end the channel.
fn longest_message(offer: &str) -> usize {
    let said = offer.lines().find_map(|line| line.strip_prefix("a=max-message-size:")?.trim().parse().ok());
    let library = SctpMaxMessageSize::MAX_MESSAGE_SIZE as usize;
    match said {
        None => SctpMaxMessageSize::DEFAULT_MESSAGE_SIZE as usize,
        Some(0) => library,
        Some(size) => library.min(size),
    }
}

/// Adds the track and negotiates: returns it with what its packets need, and the answer.
async fn answer(
    connection: &Arc<dyn PeerConnection>,
    codec: rtc::rtp_transceiver::rtp_sender::RTCRtpCodec,
    offer: &str,
    gathered: &Notify,
) -> Result<(Arc<TrackLocalStaticRTP>, Stream, String), PeerError> {
    let mut ssrc = [0u8; 4];
    getrandom::fill(&mut ssrc).map_err(library)?;
    let ssrc = u32::from_ne_bytes(ssrc);
    let coding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec,
        ..Default::default()
    };
    let media =
        MediaStreamTrack::new("desktop".into(), "picture".into(), "picture".into(), RtpCodecKind::Video, vec![coding]);
    let track = Arc::new(TrackLocalStaticRTP::new(media));
    let local: Arc<dyn TrackLocal> = Arc::clone(&track) as Arc<dyn TrackLocal>;
    let sender = connection.add_track(local).await.map_err(library)?;
    let sdp = negotiate(connection, offer, gathered).await?;
    let stream = stream(&sender, ssrc).await?;
    Ok((track, stream, sdp))
}

async fn negotiate(connection: &Arc<dyn PeerConnection>, offer: &str, gathered: &Notify) -> Result<String, PeerError> {
    let offer = RTCSessionDescription::offer(offer.to_owned()).map_err(description)?;
    connection.set_remote_description(offer).await.map_err(description)?;
    let answer = connection.create_answer(None).await.map_err(description)?;
    connection.set_local_description(answer).await.map_err(description)?;
    timeout(GATHERING, gathered.notified()).await.map_err(|_| PeerError::Gathering)?;
    connection.local_description().await.map(|local| local.sdp).ok_or(PeerError::Closed)
}

/// Payload type and extension ids are the page's choice; they are known only now.
async fn stream(sender: &Arc<dyn RtpSender>, ssrc: u32) -> Result<Stream, PeerError> {
    let parameters = sender.get_parameters().await.map_err(library)?.rtp_parameters;
    let codec = parameters.codecs.first().ok_or_else(|| description("the video section was not accepted"))?;
    let playout_delay = parameters
        .header_extensions
        .iter()
        .find(|extension| extension.uri == PLAYOUT_DELAY)
        .and_then(|extension| u8::try_from(extension.id).ok());
    Ok(Stream { ssrc, payload_type: codec.payload_type, playout_delay })
}

async fn key_frame_requests(track: Arc<TrackLocalStaticRTP>, events: mpsc::Sender<PeerEvent>) {
    while let Some(TrackLocalEvent::OnRtcpPacket(packets)) = track.poll().await {
        let asked = packets.iter().any(|packet| keyframes::is_request(packet.as_ref()));
        if asked && events.send(PeerEvent::KeyWanted).await.is_err() {
            return;
        }
    }
}

#[async_trait::async_trait]
impl Peer for WebRtcPeer {
    async fn send_unit(&self, unit: &Unit) -> Result<Instant, PeerError> {
        let mut first = None;
        let last = unit.payloads.len().saturating_sub(1);
        for (index, payload) in unit.payloads.iter().enumerate() {
            let mut header = Header {
                version: 2,
                marker: index == last,
                payload_type: self.stream.payload_type,
                sequence_number: self.sequence.fetch_add(1, Relaxed),
                timestamp: unit.rtp_time,
                ssrc: self.stream.ssrc,
                ..Default::default()
            };
            if let Some(id) = self.stream.playout_delay {
                header.set_extension(id, NO_DELAY).map_err(library)?;
            }
            let packet = rtp::Packet { header, payload: payload.clone() };
            self.track.write_rtp(packet).await.map_err(|_| PeerError::Closed)?;
            first.get_or_insert_with(Instant::now);
        }
        first.ok_or(PeerError::Closed)
    }

    async fn send_message(&self, text: &str) -> Result<(), PeerError> {
        if text.len() > self.longest_message {
            return Err(PeerError::TooLong(self.longest_message));
        }
        let input = self.input.get().ok_or(PeerError::Closed)?;
        input.send_text(text).await.map_err(|_| PeerError::Closed)
    }

    fn target_bitrate(&self) -> u32 {
        self.target.load(Relaxed)
    }

    async fn patch(&self, fragment: &Fragment) -> Result<Patched, PeerError> {
        let mut offer = self.offer.lock().await;
        if fragment.restarts(&offer) {
            let changed = fragment.apply_to(&offer);
            let sdp = negotiate(&self.connection, &changed, &self.gathered).await?;
            let sdp = public::at(&sdp, &self.public);
            *offer = changed;
            return Ok(Patched::Restarted(sdpfrag::from_description(&sdp)));
        }
        for (mid, candidate) in &fragment.candidates {
            let candidate =
                RTCIceCandidateInit { candidate: candidate.clone(), sdp_mid: mid.clone(), ..Default::default() };
            self.connection.add_ice_candidate(candidate).await.map_err(description)?;
        }
        Ok(Patched::Trickled)
    }

    async fn close(&self, politely: bool) {
        if politely && let Some(input) = self.input.get() {
            let arriving = async {
                // The library tells no other way that a channel has been drained.
                while input.outstanding_bytes().await.is_ok_and(|bytes| bytes > 0) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let _ = timeout(LAST_WORDS, arriving).await;
        }
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "closing a peer connection");
        }
    }
}
