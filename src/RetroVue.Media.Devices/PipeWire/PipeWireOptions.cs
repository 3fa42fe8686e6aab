using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>The daemon and the node of a PipeWire element.</summary>
public abstract record PipeWireOptions
{
    private protected PipeWireOptions()
    {
    }

    /// <summary>The daemon: its name, or the path of its socket; null for the session's own.</summary>
    public string? Remote { get; init; }

    /// <summary>
    /// The node, by its name or its serial number, as in <see cref="PipeWireDevices.List"/>; null for the session manager's choice, or the
    /// first node. If a source names a sink, it records the sink's monitor.
    /// </summary>
    public string? Target { get; init; }

    /// <summary>
    /// Decides which program links the element to its target. On a portal's connection a session manager is not visible; there Automatic
    /// means the session manager.
    /// </summary>
    public PipeWireLinking Linking { get; init; }

    /// <summary>
    /// True: if the daemon or the node disappears, the element waits for it and then goes on, a source with a discontinuity and with its
    /// format announced again, a sink with the sound that is then due; meanwhile the pipeline follows another clock. False: the pipeline
    /// fails. Null: a sink waits, a source fails.
    /// </summary>
    public bool? Reconnect { get; init; }

    /// <summary>The longest time for opening, until the daemon has answered and a format is agreed on.</summary>
    public ClockTime OpenLimit { get; init; } = ClockTime.FromSeconds(5);

    /// <summary>The portal's stream that is used instead of a daemon and a node; null if there is none.</summary>
    internal virtual ScreenCastStream? Shared => null;

    /// <summary>The node's name in exceptions.</summary>
    internal string Device => Shared?.Name ?? Target ?? "";

    /// <summary>The node's name in messages.</summary>
    internal string Description => Shared?.Name ?? (Target is null ? "PipeWire's node of this kind" : $"PipeWire's node '{Target}'");
}
