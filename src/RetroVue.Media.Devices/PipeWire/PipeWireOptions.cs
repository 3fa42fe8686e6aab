using RetroVue.Media.Devices.Portal;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Which node of which daemon an element of PipeWire's is for.</summary>
public abstract record PipeWireOptions
{
    private protected PipeWireOptions()
    {
    }

    /// <summary>The daemon: its name, or the path of its socket; the session's own if null.</summary>
    public string? Remote { get; init; }

    /// <summary>
    /// The node, by its name or its serial number, as <see cref="PipeWireDevices.List"/> tells them; the session manager's choice, or the
    /// first there is, where null. Of a sink that is recorded from, its monitor is meant.
    /// </summary>
    public string? Target { get; init; }

    /// <summary>
    /// Who connects the element with its target. On a portal's connection, where a session manager is not seen, Automatic means one.
    /// </summary>
    public PipeWireLinking Linking { get; init; }

    /// <summary>
    /// True: when the daemon or the node goes, the element waits for it and goes on, a source with a discontinuity and its format announced
    /// anew, a sink with what is then due; the pipeline runs on by another clock. False: the pipeline fails. Null: a sink waits, a source
    /// fails.
    /// </summary>
    public bool? Reconnect { get; init; }

    /// <summary>How long opening may take until the daemon has answered and a format is agreed on.</summary>
    public ClockTime OpenLimit { get; init; } = ClockTime.FromSeconds(5);

    /// <summary>What a portal gave instead of a daemon and a node; null if it did not.</summary>
    internal virtual ScreenCastStream? Shared => null;

    /// <summary>How exceptions name the node.</summary>
    internal string Device => Shared?.Name ?? Target ?? "";

    /// <summary>How messages name the node.</summary>
    internal string Description => Shared?.Name ?? (Target is null ? "PipeWire's node of this kind" : $"PipeWire's node '{Target}'");
}
