private import CProcess

/// Lets every other process go first when there is more to do than this machine can: 0 as usual, 19 last.
///
/// For all threads of this process, those that they start later included. Nothing happens where the system refuses.
package func setNiceness(_ value: Int32) {
    carina_set_niceness(value)
}
