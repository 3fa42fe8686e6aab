using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Microsoft.Win32.SafeHandles;
using RetroVue.Media.Devices.DBus;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Portal;

/// <summary>
/// A session in which the user shares screens or windows with this program, through the desktop's portal. It works in Wayland sessions and
/// in sandboxes, and the program sees only what the user has chosen.
/// </summary>
/// <remarks>
/// Thread-safe. A <see cref="PipeWire.PipeWireVideoSource"/> records one of the <see cref="Streams"/>. The session lasts until it is disposed of,
/// the user ends it at the desktop, or the shared screen or window is gone. Then <see cref="Ended"/> completes. In the last two cases
/// <see cref="HasEnded"/> is true, and sources that record from it fail. Source: org.freedesktop.portal.ScreenCast, versions 1 to 5.
/// </remarks>
public sealed class ScreenCast : IDisposable
{
    private static readonly ClockTime s_probeLimit = ClockTime.FromSeconds(10);

    private readonly PortalDesktop _desktop;
    private DBusPath _session;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DeviceException? _over;

    private ScreenCast(string? bus) => _desktop = PortalDesktop.Open(bus, End);

    /// <summary>Completes when the session ends or is disposed of. Does not fail.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True if the session has ended without being disposed of.</summary>
    public bool HasEnded => _over is not null;

    /// <summary>The screens and windows that the user chose, one or more.</summary>
    public IReadOnlyList<ScreenCastStream> Streams { get; private set; } = [];

    /// <summary>
    /// A token with which <see cref="ScreenCastOptions.RestoreToken"/> shares the same again without a question; store the new one each
    /// time. Null if the user or the portal does not allow that.
    /// </summary>
    public string? RestoreToken { get; private set; }

    /// <summary>Asks the user what to share, unless a restore token makes the question unnecessary.</summary>
    /// <param name="options">The options; null for a screen or a window.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="ArgumentException">The options request no kind, or the pointer in two places.</exception>
    /// <exception cref="DeviceException">
    /// There is no bus or no portal; it cannot share the requested kind; the user refused or did not answer in time; the portal failed or
    /// is gone.
    /// </exception>
    /// <exception cref="DeviceLibraryException">libsystemd is not installed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ScreenCast> StartAsync(ScreenCastOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ScreenCastOptions();
        if (options.Kinds == ScreenCastKinds.None || BitOperations.PopCount((uint)options.Cursor) > 1)
        {
            throw new ArgumentException(
                $"At least one kind is necessary, and exactly one place for the pointer; not {options.Kinds} and {options.Cursor}.",
                nameof(options));
        }

        var screen = new ScreenCast(options.Bus);
        try
        {
            await screen._desktop.WithinAsync(options.AnswerLimit, end => screen.ShareAsync(options, end), cancellationToken)
                .ConfigureAwait(false);
            return screen;
        }
        catch
        {
            screen.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns the capabilities of the desktop's portal; null if there is no bus or no portal, or it cannot share screens.
    /// </summary>
    /// <param name="bus">The message bus's address; null for the session's own.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="DeviceException">The portal does not answer within ten seconds, or its answer is invalid.</exception>
    /// <exception cref="DeviceLibraryException">libsystemd is not installed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ScreenCastCapabilities?> ProbeAsync(string? bus = null, CancellationToken cancellationToken = default)
    {
        try
        {
            using PortalDesktop desktop = PortalDesktop.Open(bus, static _ => { });
            await desktop.WithinAsync(s_probeLimit, desktop.LearnAsync, cancellationToken).ConfigureAwait(false);
            return desktop.Capabilities;
        }
        catch (DeviceException exception) when (PortalErrors.IsAbsence(exception))
        {
            return null;
        }
    }

    /// <summary>Ends the session. Stop the pipelines that record from it first; otherwise they fail.</summary>
    public void Dispose()
    {
        _desktop.Dispose();
        _ended.TrySetResult();
    }

    /// <summary>Opens a connection to PipeWire on which the streams' nodes are visible; a new one each time.</summary>
    /// <exception cref="DeviceException">The session has ended, or the portal does not answer in time.</exception>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "Sources open on threads that may block, and nothing of this runs on them.")]
    internal SafeFileHandle OpenRemote(ClockTime limit)
    {
        ThrowIfEnded();
        SafeFileHandle? remote = null;
        _desktop.WithinAsync(
            limit,
            async end =>
            {
                const string method = "OpenPipeWireRemote";
                DBusMessage reply = await _desktop.CallAsync(method, [_session, NewOptions()], end).ConfigureAwait(false);
                remote = reply.Body is [SafeFileHandle { IsInvalid: false } handle]
                    ? handle
                    : throw PortalErrors.NotUnderstood(method, "it has no file descriptor");
            },
            CancellationToken.None).GetAwaiter().GetResult();
        return remote!;
    }

    /// <summary>Throws if the session has ended; for sources that record from it.</summary>
    /// <exception cref="DeviceException">The session has ended.</exception>
    internal void ThrowIfEnded()
    {
        if (_over is { } reason)
        {
            throw reason;
        }
    }

    private async Task ShareAsync(ScreenCastOptions options, CancellationToken cancellation)
    {
        await _desktop.LearnAsync(cancellation).ConfigureAwait(false);
        Dictionary<string, object> selection = SelectionOf(options, _desktop.Capabilities);
        Dictionary<string, object> name = NewOptions();
        name["session_handle_token"] = _desktop.NewToken();
        Dictionary<object, object?> created = await _desktop.RequestAsync("CreateSession", [], name, cancellation).ConfigureAwait(false);
        _session = created.GetValueOrDefault("session_handle") is string { Length: > 0 } path
            ? new DBusPath(path)
            : throw PortalErrors.NotUnderstood("CreateSession", "it has no session_handle");
        await _desktop.RequestAsync("SelectSources", [_session], selection, cancellation).ConfigureAwait(false);

        // The dialog does not belong to a window of this program.
        Dictionary<object, object?> started = await _desktop.RequestAsync("Start", [_session, ""], NewOptions(), cancellation).ConfigureAwait(false);
        Streams = started.GetValueOrDefault("streams") is object?[] { Length: > 0 } streams
            ? [.. streams.Select(StreamOf)]
            : throw PortalErrors.NotUnderstood("Start", "it has no streams");
        RestoreToken = started.GetValueOrDefault("restore_token") as string;
    }

    private static Dictionary<string, object> SelectionOf(ScreenCastOptions options, ScreenCastCapabilities portal)
    {
        ScreenCastKinds kinds = options.Kinds & portal.Kinds;
        if (kinds == ScreenCastKinds.None)
        {
            throw PortalErrors.NotAvailable($"{options.Kinds}", $"{portal.Kinds}");
        }

        Dictionary<string, object> selection = NewOptions();
        selection["types"] = (uint)kinds;
        selection["multiple"] = options.Multiple;
        // Portals without a choice hide the pointer.
        ScreenCastCursors possible = portal.HasCursors ? portal.Cursors : ScreenCastCursors.Hidden;
        if (!possible.HasFlag(options.Cursor))
        {
            throw PortalErrors.NotAvailable($"a pointer that is {options.Cursor}", $"one that is {possible}");
        }

        ScreenCastCursors cursor = options.Cursor != ScreenCastCursors.None ? options.Cursor : possible & ScreenCastCursors.Embedded;
        if (portal.HasCursors && cursor != ScreenCastCursors.None)
        {
            selection["cursor_mode"] = (uint)cursor;
        }

        if (portal.HasTokens)
        {
            selection["persist_mode"] = (uint)options.Persistence;
            if (options.RestoreToken is { Length: > 0 } token)
            {
                selection["restore_token"] = token;
            }
        }

        return selection;
    }

    private ScreenCastStream StreamOf(object? stream) => stream is object?[] and [uint node, Dictionary<object, object?> properties]
        ? new ScreenCastStream(this, node)
        {
            Serial = properties.GetValueOrDefault("pipewire-serial") as ulong?,
            Kind = properties.GetValueOrDefault("source_type") is uint kind ? (ScreenCastKinds)kind : ScreenCastKinds.None,
            Position = PairOf(properties, "position"),
            Size = PairOf(properties, "size"),
        }
        : throw PortalErrors.NotUnderstood("Start", "a stream is not a node and its properties");

    private static (int, int)? PairOf(Dictionary<object, object?> properties, string key) =>
        properties.GetValueOrDefault(key) is object?[] and [int first, int second] ? (first, second) : null;

    private static Dictionary<string, object> NewOptions() => new(StringComparer.Ordinal);

    private void End(DeviceException reason)
    {
        _over = reason;
        _ended.TrySetResult();
    }
}
