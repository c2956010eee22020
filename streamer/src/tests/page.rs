//! The other side: a WebRTC peer that behaves like the page, or worse.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use rtc::{
    interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket},
    peer_connection::configuration::{
        RTCOfferOptions,
        interceptor_registry::{Registry, Slot, register_default_interceptors},
        media_engine::{MIME_TYPE_H264, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine},
    },
    rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication,
    rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind},
    sansio::Protocol,
    shared::error::Error,
};
use tokio::sync::{Mutex, Notify, mpsc};
use webrtc::{
    data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit},
    media_stream::track_remote::{TrackRemote, TrackRemoteEvent},
    peer_connection::{
        PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit, RTCIceGatheringState,
        RTCSessionDescription, SettingEngineBuilder,
    },
    rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit},
};

use super::{Desk, http::request, soon};
use crate::{
    protocol::{FromPage, Role, ToPage},
    transport::engine::PLAYOUT_DELAY,
    video::Codec,
};

pub type RtpPacket = rtc::rtp::Packet;

/// How a page connects.
pub struct Plan {
    pub codecs: &'static [Codec],
    /// Share of packets that its network drops.
    pub loss: f64,
    /// Opens data channels.
    pub channels: bool,
    /// Over TCP only.
    pub tcp: bool,
    /// Does not say where it is, as browsers do not.
    pub hidden: bool,
    /// Which picture it asks for.
    pub output: &'static str,
}

impl Plan {
    /// As the page does it.
    pub const DEFAULT: Self =
        Self { codecs: &[Codec::H264, Codec::Vp8], loss: 0.0, channels: true, tcp: false, hidden: false, output: "" };
}

impl Default for Plan {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A connected page.
pub struct Page {
    pub connection: Arc<dyn PeerConnection>,
    input: Option<Arc<dyn DataChannel>>,
    motion: Option<Arc<dyn DataChannel>>,
    pub offer: String,
    pub answer: String,
    /// Path of its resource.
    pub resource: String,
    /// Packets that the network dropped.
    pub lost: Arc<AtomicUsize>,
    rtp: Mutex<mpsc::UnboundedReceiver<RtpPacket>>,
    messages: Mutex<mpsc::UnboundedReceiver<ToPage>>,
    track: Mutex<mpsc::UnboundedReceiver<Arc<dyn TrackRemote>>>,
    gathered: Arc<Notify>,
}

struct Handler {
    gathered: Arc<Notify>,
    rtp: mpsc::UnboundedSender<RtpPacket>,
    track: mpsc::UnboundedSender<Arc<dyn TrackRemote>>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.notify_one();
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let _ = self.track.send(Arc::clone(&track));
        let rtp = self.rtp.clone();
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    let _ = rtp.send(packet);
                }
            }
        });
    }
}

impl Page {
    /// Waits until both channels are open.
    pub async fn connect(desk: &Desk, role: Role, plan: &Plan) -> Self {
        let token = desk.token(role).to_owned();
        Self::connect_as(desk, &token, plan).await
    }

    /// The same with a token or grant.
    pub async fn connect_as(desk: &Desk, token: &str, plan: &Plan) -> Self {
        let page = Self::offer_as(desk, token, plan).await;
        for channel in [page.input(), page.motion()] {
            soon("an open channel", async { while !matches!(channel.poll().await, Some(DataChannelEvent::OnOpen)) {} })
                .await;
        }
        let (tell, messages) = mpsc::unbounded_channel();
        *page.messages.lock().await = messages;
        let input = Arc::clone(page.input());
        tokio::spawn(async move {
            while let Some(event) = input.poll().await {
                if let DataChannelEvent::OnMessage(message) = event {
                    let _ = tell.send(serde_json::from_slice(&message.data).expect("a message of the protocol"));
                }
            }
        });
        page
    }

    /// Posts an offer and takes the answer.
    pub async fn offer(desk: &Desk, role: Role, plan: &Plan) -> Self {
        let token = desk.token(role).to_owned();
        Self::offer_as(desk, &token, plan).await
    }

    async fn offer_as(desk: &Desk, token: &str, plan: &Plan) -> Self {
        let (rtp_in, rtp) = mpsc::unbounded_channel();
        let (track_in, track) = mpsc::unbounded_channel();
        let gathered = Arc::new(Notify::new());
        let handler = Handler { gathered: Arc::clone(&gathered), rtp: rtp_in, track: track_in };
        let mut media = media(plan.codecs);
        let lost = Arc::new(AtomicUsize::new(0));
        let registry = register_default_interceptors(Registry::new(), &mut media).unwrap();
        let registry = registry.with(Slot::from(500), Lossy::new(plan.loss, Arc::clone(&lost)));
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .with_setting_engine(SettingEngineBuilder::new().with_include_loopback_candidate(true).build())
            .with_handler(Arc::new(handler))
            .with_udp_addrs(if plan.tcp { vec![] } else { vec!["127.0.0.1:0"] })
            .with_tcp_addrs(if plan.tcp { vec!["127.0.0.1:0"] } else { vec![] })
            .build()
            .await
            .unwrap();
        let connection: Arc<dyn PeerConnection> = Arc::new(connection);
        let init = RTCRtpTransceiverInit { direction: RTCRtpTransceiverDirection::Recvonly, ..Default::default() };
        connection.add_transceiver_from_kind(RtpCodecKind::Video, Some(init)).await.unwrap();
        let (mut input, mut motion) = (None, None);
        if plan.channels {
            let unreliable = RTCDataChannelInit { ordered: false, max_retransmits: Some(0), ..Default::default() };
            input = Some(connection.create_data_channel("input", None).await.unwrap());
            motion = Some(connection.create_data_channel("motion", Some(unreliable)).await.unwrap());
        }

        let offer = connection.create_offer(None).await.unwrap();
        connection.set_local_description(offer).await.unwrap();
        soon("candidates", gathered.notified()).await;
        let offer = connection.local_description().await.unwrap().sdp;
        let offer: String = match plan.hidden {
            true => offer.split_inclusive('\n').filter(|line| !line.starts_with("a=candidate:")).collect(),
            false => offer,
        };
        let path = format!("/whep{}", plan.output);
        let response = request(desk, "POST", &path, Some(token), &[("content-type", "application/sdp")], &offer).await;
        assert_eq!(response.status, 201, "{}", response.body);
        let resource = format!("/{}", response.header("location").unwrap());
        let answer = RTCSessionDescription::answer(response.body.clone()).unwrap();
        connection.set_remote_description(answer).await.unwrap();
        if plan.tcp {
            // The library connects only to passive candidates that were trickled.
            for line in response.body.lines().filter(|line| line.starts_with("a=candidate:") && line.contains(" tcp "))
            {
                let candidate = RTCIceCandidateInit { candidate: line[2..].to_owned(), ..Default::default() };
                connection.add_ice_candidate(candidate).await.unwrap();
            }
        }
        Self {
            connection,
            input,
            motion,
            offer,
            answer: response.body,
            resource,
            lost,
            rtp: Mutex::new(rtp),
            messages: Mutex::new(mpsc::unbounded_channel().1),
            track: Mutex::new(track),
            gathered,
        }
    }

    pub fn input(&self) -> &Arc<dyn DataChannel> {
        self.input.as_ref().expect("a page with channels")
    }

    pub fn motion(&self) -> &Arc<dyn DataChannel> {
        self.motion.as_ref().expect("a page with channels")
    }

    /// The next packet of the picture.
    pub async fn packet(&self) -> RtpPacket {
        soon("a packet", self.rtp.lock().await.recv()).await.expect("the connection lives")
    }

    /// Waits for a message, passing over others.
    pub async fn message<T>(&self, mut wanted: impl FnMut(ToPage) -> Option<T>) -> T {
        let mut messages = self.messages.lock().await;
        soon("a message", async {
            loop {
                let message = messages.recv().await.expect("the channel lives");
                if let Some(found) = wanted(message) {
                    return found;
                }
            }
        })
        .await
    }

    pub async fn send(&self, message: &FromPage) {
        self.send_raw(&serde_json::to_string(message).unwrap()).await;
    }

    pub async fn send_raw(&self, text: &str) {
        self.input().send_text(text).await.unwrap();
    }

    /// The picture is lost.
    pub async fn send_pli(&self) {
        let mut tracks = self.track.lock().await;
        let track = soon("a track", tracks.recv()).await.unwrap();
        let media_ssrc = *track.ssrcs().await.first().unwrap();
        track.write_rtcp(vec![Box::new(PictureLossIndication { sender_ssrc: 0, media_ssrc })]).await.unwrap();
    }

    /// An offer with new credentials; the answer is given to [`Page::restarted`].
    pub async fn restart(&self) -> String {
        let offer = self.connection.create_offer(Some(RTCOfferOptions { ice_restart: true })).await.unwrap();
        self.connection.set_local_description(offer).await.unwrap();
        soon("candidates", self.gathered.notified()).await;
        self.connection.local_description().await.unwrap().sdp
    }

    pub async fn restarted(&self, answer: String) {
        self.connection.set_remote_description(RTCSessionDescription::answer(answer).unwrap()).await.unwrap();
    }

    /// Pings like the page for as long as the test runs.
    pub fn stays(self) -> Self {
        let input = Arc::clone(self.input());
        tokio::spawn(async move {
            while input.send_text(r#"{"t":"ping","id":0}"#).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
        self
    }

    /// Pings like the page until the future is done: a test is not a page that fell silent.
    pub async fn alive<T>(&self, until: impl Future<Output = T>) -> T {
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        tokio::pin!(until);
        loop {
            tokio::select! {
                done = &mut until => return done,
                _ = ticks.tick() => self.send(&FromPage::Ping { id: 0 }).await,
            }
        }
    }
}

fn media(codecs: &[Codec]) -> MediaEngine {
    let mut media = MediaEngine::default();
    for (codec, payload_type) in codecs.iter().zip([100u8, 102]) {
        let (mime_type, fmtp) = match codec {
            Codec::H264 => (MIME_TYPE_H264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
            Codec::Vp8 => (MIME_TYPE_VP8, ""),
        };
        let apt = format!("apt={payload_type}");
        for (mime_type, fmtp, payload_type) in
            [(mime_type, fmtp, payload_type), (MIME_TYPE_RTX, &apt, payload_type + 1)]
        {
            let rtp_codec = RTCRtpCodec {
                mime_type: mime_type.to_owned(),
                clock_rate: 90_000,
                sdp_fmtp_line: fmtp.to_owned(),
                ..Default::default()
            };
            media.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type }, RtpCodecKind::Video).unwrap();
        }
    }
    let extension = RTCRtpHeaderExtensionCapability { uri: PLAYOUT_DELAY.to_owned() };
    media.register_header_extension(extension, RtpCodecKind::Video, None).unwrap();
    media
}

/// Loses inbound RTP on the wire side of everything: a network that drops a share of it, the same each time.
struct Lossy {
    share: f64,
    random: u32,
    lost: Arc<AtomicUsize>,
    inbound: VecDeque<TaggedPacket>,
    outbound: VecDeque<TaggedPacket>,
}

impl Lossy {
    fn new(share: f64, lost: Arc<AtomicUsize>) -> Self {
        Self { share, random: 12345, lost, inbound: VecDeque::new(), outbound: VecDeque::new() }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Lossy {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if matches!(message.message.packet, Packet::Rtp(_)) {
            self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if f64::from(self.random >> 8) / f64::from(1 << 24) < self.share {
                self.lost.fetch_add(1, SeqCst);
                return Ok(());
            }
        }
        self.inbound.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inbound.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.outbound.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outbound.pop_front()
    }
}

impl Interceptor for Lossy {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
