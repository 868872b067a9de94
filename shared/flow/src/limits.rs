//! Every size and count that an execution or a definition may reach. Where Studio publishes a limit
//! (<https://www.twilio.com/docs/studio/rest-api/v2/flow>, <https://www.twilio.com/docs/studio/user-guide/liquid-template-language>)
//! the number is Studio's; the others bound what Studio leaves open.

/// Bytes of a definition's JSON text.
pub const DEFINITION_BYTES_MAX: usize = 1024 * 1024;
/// Widgets of one flow, the trigger included (schema of Studio's flow definition).
pub const WIDGETS_MAX: usize = 1000;
/// Bytes of a widget's name.
pub const WIDGET_NAME_BYTES_MAX: usize = 128;
/// Widgets entered by one execution, its subflows included (Studio error 81000).
pub const STEPS_MAX: u32 = 1000;
/// Widgets entered by one call of [`crate::step`], that is without waiting for anything.
pub const STEPS_PER_CALL_MAX: u32 = 100;
/// Times one widget is entered by one call of [`crate::step`].
pub const ENTRIES_PER_CALL_MAX: u32 = 10;
/// Flows inside one another, the outermost included.
pub const SUBFLOW_DEPTH_MAX: usize = 8;
/// Life of an execution, in milliseconds (30 days).
pub const EXECUTION_MS_MAX: i64 = 30 * 24 * 60 * 60 * 1000;
/// Bytes of one Liquid template's source.
pub const TEMPLATE_BYTES_MAX: usize = 16 * 1024;
/// Bytes of one rendered Liquid template.
pub const RENDERED_BYTES_MAX: usize = 16 * 1024;
/// Turns of one Liquid `for` loop; Studio stops there too, without an error.
pub const LOOP_TURNS_MAX: usize = 15;
/// Blocks (`if`, `for`, `capture`, …) inside one another in one Liquid template.
pub const TEMPLATE_NESTING_MAX: usize = 64;
/// Brackets inside one another in one Liquid path.
pub const PATH_NESTING_MAX: usize = 8;
/// Bytes that rendering one Liquid template may touch: each value read, each filter's input and result.
pub const RENDER_WORK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of one value inside a Liquid template, before it is written out.
pub const LIQUID_VALUE_BYTES_MAX: usize = 256 * 1024;
/// Bytes of an HTTP or function result that are kept; Studio's limit for a response.
pub const RESPONSE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of task attributes after rendering. Studio documents 1,024 characters; TaskRouter stores 4,096 bytes,
/// and flows exported from Flex projects exceed Studio's figure.
pub const TASK_ATTRIBUTES_BYTES_MAX: usize = 4096;
/// Bytes of a stored execution (serialised [`crate::FlowState`]); the table's items end at 400 KB.
pub const STATE_BYTES_MAX: usize = 350 * 1024;
/// Bytes of a start's or message's parameters.
pub const INPUT_BYTES_MAX: usize = 64 * 1024;
/// Compiled size of a condition's regular expression, in bytes.
pub const REGEX_BYTES_MAX: usize = 256 * 1024;
/// Longest wait of a widget for a reply or a task, in seconds: the life of an execution.
pub const WAIT_S_MAX: u64 = 30 * 24 * 60 * 60;
