//! What the gateway asks of desktops, and nothing more.

use std::any::Any;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::desktops::{Act, ActError, Desk, Desktops, OpenError, Overview, Phase};

/// Kept for as long as somebody looks.
pub type Viewer = Box<dyn Any + Send + Sync>;

/// Everybody's desktops, as the gateway sees them.
#[async_trait]
pub trait Desks: Send + Sync {
    /// Brings a user's desktop to running.
    async fn open(&self, user: &str) -> Result<Desk, OpenError>;
    /// The desktop of a user if it runs just now; starts nothing, and keeps nothing from being frozen.
    fn running(&self, user: &str) -> Option<Desk> {
        let _ = user;
        None
    }
    /// Counts somebody as looking at it.
    async fn viewer(&self, user: &str) -> Result<Viewer, OpenError>;
    /// How it is.
    async fn watch(&self, user: &str) -> Result<watch::Receiver<Phase>, OpenError>;
    /// Does something with it.
    async fn act(&self, user: &str, act: Act) -> Result<(), ActError>;
    /// All of them.
    async fn overview(&self) -> Vec<Overview>;
    /// Ends the desktop of somebody who may not sign in any more, and forgets all that was kept of it but their files.
    async fn discard(&self, user: &str) -> Result<(), ActError>;
}

#[async_trait]
impl Desks for Desktops {
    async fn open(&self, user: &str) -> Result<Desk, OpenError> {
        Self::open(self, user).await
    }

    fn running(&self, user: &str) -> Option<Desk> {
        Self::running(self, user)
    }

    async fn viewer(&self, user: &str) -> Result<Viewer, OpenError> {
        Ok(Box::new(Self::viewer(self, user).await?))
    }

    async fn watch(&self, user: &str) -> Result<watch::Receiver<Phase>, OpenError> {
        Self::watch(self, user).await
    }

    async fn act(&self, user: &str, act: Act) -> Result<(), ActError> {
        Self::act(self, user, act).await
    }

    async fn overview(&self) -> Vec<Overview> {
        Self::overview(self).await
    }

    async fn discard(&self, user: &str) -> Result<(), ActError> {
        Self::discard(self, user).await
    }
}
