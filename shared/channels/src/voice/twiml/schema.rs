//! How an element is written down once, as a type, and read and written by it.

use super::read::Reading;
use super::tree::{Element, Node};

/// How a URL is asked for.
pub use patchbay_model::call::CallMethod as Method;

/// What may stand on an element, and in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub name: &'static str,
    pub attributes: &'static [&'static str],
    pub children: &'static [&'static str],
    /// Whether it holds text.
    pub text: bool,
}

/// The value of an attribute.
pub(super) trait Value: Sized {
    fn text(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Value for String {
    fn text(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

impl Value for bool {
    fn text(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<bool> {
        text.trim().to_ascii_lowercase().parse().ok()
    }
}

impl Value for u32 {
    fn text(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<u32> {
        text.trim().parse().ok()
    }
}

impl Value for Method {
    fn text(&self) -> String {
        match self {
            Method::Get => "GET".to_owned(),
            Method::Post => "POST".to_owned(),
        }
    }

    fn read(text: &str) -> Option<Method> {
        match text.trim().to_ascii_uppercase().as_str() {
            "GET" => Some(Method::Get),
            "POST" => Some(Method::Post),
            _ => None,
        }
    }
}

/// A type that is an element.
pub(super) trait Typed: Sized {
    const NAME: &'static str;
    const SHAPE: Shape;
    fn to_element(&self) -> Element;
    fn of_element(element: &Element, reading: &mut Reading) -> Self;
}

/// What can stand in an element.
pub(super) trait Content: Default {
    const CHILDREN: &'static [&'static str];
    const TEXT: bool;
    fn to_nodes(&self) -> Vec<Node>;
    fn of_nodes(nodes: &[Node], reading: &mut Reading) -> Self;
}

/// Nothing.
impl Content for () {
    const CHILDREN: &'static [&'static str] = &[];
    const TEXT: bool = false;

    fn to_nodes(&self) -> Vec<Node> {
        Vec::new()
    }

    fn of_nodes(nodes: &[Node], reading: &mut Reading) {
        nodes.iter().for_each(|node| reading.misplaced(node));
    }
}

/// Text alone.
impl Content for String {
    const CHILDREN: &'static [&'static str] = &[];
    const TEXT: bool = true;

    fn to_nodes(&self) -> Vec<Node> {
        if self.is_empty() { Vec::new() } else { vec![Node::Text(self.clone())] }
    }

    fn of_nodes(nodes: &[Node], reading: &mut Reading) -> String {
        let mut whole = String::new();
        for node in nodes {
            match node {
                Node::Text(text) => whole.push_str(text),
                other => reading.misplaced(other),
            }
        }
        whole.trim().to_owned()
    }
}

/// One of several things that can stand at a place.
pub(super) trait Child: Sized {
    const CHILDREN: &'static [&'static str];
    const TEXT: bool;
    fn to_node(&self) -> Node;
    /// `None` where the node cannot stand there.
    fn of_node(node: &Node, reading: &mut Reading) -> Option<Self>;
}

impl<T: Child> Content for Vec<T> {
    const CHILDREN: &'static [&'static str] = T::CHILDREN;
    const TEXT: bool = T::TEXT;

    fn to_nodes(&self) -> Vec<Node> {
        self.iter().map(Child::to_node).collect()
    }

    fn of_nodes(nodes: &[Node], reading: &mut Reading) -> Vec<T> {
        let mut children = Vec::new();
        for node in nodes {
            match T::of_node(node, reading) {
                Some(child) => children.push(child),
                None => reading.misplaced(node),
            }
        }
        children
    }
}

/// Defines elements: each a struct whose attributes are optional and whose content is what may stand in it; and
/// `shapes`, which lists them.
macro_rules! elements {
    ($(
        $(#[$doc:meta])*
        $name:ident($xml:literal): $content:ty { $($field:ident: $type:ty = $attribute:literal,)* }
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $name {
                $(pub $field: Option<$type>,)*
                pub content: $content,
            }

            impl $crate::voice::twiml::schema::Typed for $name {
                const NAME: &'static str = $xml;
                const SHAPE: $crate::voice::twiml::schema::Shape = $crate::voice::twiml::schema::Shape {
                    name: $xml,
                    attributes: &[$($attribute),*],
                    children: <$content as $crate::voice::twiml::schema::Content>::CHILDREN,
                    text: <$content as $crate::voice::twiml::schema::Content>::TEXT,
                };

                fn to_element(&self) -> $crate::voice::twiml::tree::Element {
                    #[allow(unused_mut, reason = "some elements have no attributes")]
                    let mut attributes: Vec<(String, String)> = Vec::new();
                    $(attributes.extend(
                        self.$field.as_ref().map(|value| {
                            ($attribute.to_owned(), $crate::voice::twiml::schema::Value::text(value))
                        }),
                    );)*
                    let children = $crate::voice::twiml::schema::Content::to_nodes(&self.content);
                    $crate::voice::twiml::tree::Element { name: $xml.to_owned(), attributes, children }
                }

                fn of_element(
                    element: &$crate::voice::twiml::tree::Element,
                    reading: &mut $crate::voice::twiml::read::Reading,
                ) -> $name {
                    reading.enter(&Self::SHAPE, element);
                    let read = $name {
                        $($field: reading.attribute(element, $attribute),)*
                        content: $crate::voice::twiml::schema::Content::of_nodes(&element.children, reading),
                    };
                    reading.leave();
                    read
                }
            }

            /// Stands at a place where nothing else can.
            impl $crate::voice::twiml::schema::Child for $name {
                const CHILDREN: &'static [&'static str] = &[$xml];
                const TEXT: bool = false;

                fn to_node(&self) -> $crate::voice::twiml::tree::Node {
                    let element = $crate::voice::twiml::schema::Typed::to_element(self);
                    $crate::voice::twiml::tree::Node::Element(element)
                }

                fn of_node(
                    node: &$crate::voice::twiml::tree::Node,
                    reading: &mut $crate::voice::twiml::read::Reading,
                ) -> Option<$name> {
                    let element = node.element($xml)?;
                    Some($crate::voice::twiml::schema::Typed::of_element(element, reading))
                }
            }
        )*

        /// The elements of this file.
        pub(super) fn shapes() -> Vec<$crate::voice::twiml::schema::Shape> {
            vec![$(<$name as $crate::voice::twiml::schema::Typed>::SHAPE),*]
        }
    };
}

/// Defines what can stand at a place: some elements, and text where it says so.
macro_rules! children {
    ($(#[$doc:meta])* $name:ident { $($variant:ident),* } $(+ $text:ident)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "a document has few of them, and is soon written")]
        pub enum $name {
            $($variant($variant),)*
            $($text(String),)?
        }

        $(impl From<$variant> for $name {
            fn from(element: $variant) -> $name {
                $name::$variant(element)
            }
        })*

        impl $crate::voice::twiml::schema::Child for $name {
            const CHILDREN: &'static [&'static str] =
                &[$(<$variant as $crate::voice::twiml::schema::Typed>::NAME),*];
            const TEXT: bool = children!(@text $($text)?);

            fn to_node(&self) -> $crate::voice::twiml::tree::Node {
                match self {
                    $($name::$variant(element) => $crate::voice::twiml::schema::Child::to_node(element),)*
                    $($name::$text(text) => $crate::voice::twiml::tree::Node::Text(text.clone()),)?
                }
            }

            fn of_node(
                node: &$crate::voice::twiml::tree::Node,
                reading: &mut $crate::voice::twiml::read::Reading,
            ) -> Option<$name> {
                $(if let Some(element) = $crate::voice::twiml::schema::Child::of_node(node, reading) {
                    return Some($name::$variant(element));
                })*
                $(if let $crate::voice::twiml::tree::Node::Text(text) = node {
                    return Some($name::$text(text.clone()));
                })?
                None
            }
        }
    };
    (@text) => { false };
    (@text $text:ident) => { true };
}

pub(super) use {children, elements};
