using System.Diagnostics;
using System.Runtime.InteropServices;
using RetroVue.Media.Devices.Interop.PipeWire;
using static RetroVue.Media.Devices.Interop.PipeWire.PipeWireBridge;

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>A stream of the bridge, with a connection of its own.</summary>
/// <remarks>One thread reads; <see cref="Interrupt"/> and the memory of records are for any thread.</remarks>
internal sealed unsafe class PipeWireStream : SafeHandle
{
    private const string ClientName = "RetroVue.Media";

    // Enough for the records that wait after a pause of the reader; further ones are read next time.
    private const int BatchSize = 16;

    private readonly rv_pw_record[] _records = GC.AllocateArray<rv_pw_record>(BatchSize, pinned: true);
    private readonly List<PipeWireMemory?> _memories = [];
    private int _next;
    private int _count;

    private PipeWireStream(rv_pw_stream* stream)
        : base(0, ownsHandle: true) => SetHandle((nint)stream);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The bridge's counters.</summary>
    public rv_pw_counters Counters
    {
        get
        {
            rv_pw_counters counters;
            rv_pw_stream_counters(Pointer, &counters);
            return counters;
        }
    }

    private rv_pw_stream* Pointer => (rv_pw_stream*)handle;

    /// <summary>Connects to a daemon and makes a stream; fills in its texts.</summary>
    /// <exception cref="DeviceException">There is no daemon, or no such target.</exception>
    /// <exception cref="DeviceLibraryException">The bridge is missing.</exception>
    public static PipeWireStream Open(PipeWireOptions options, string name, rv_pw_stream_params wishes)
    {
        using Activity? activity = DeviceTelemetry.OpeningPipeWire();
        using PipeWireClient client = options.Shared is { } shared
            ? PipeWireClient.Connect(shared.Session.OpenRemote(options.OpenLimit), shared.Name, ClientName, options.OpenLimit)
            : PipeWireClient.Connect(options.Remote, ClientName, options.OpenLimit);
        nint nameText = Marshal.StringToCoTaskMemUTF8(name);
        nint targetText = Marshal.StringToCoTaskMemUTF8(options.Target);
        try
        {
            wishes.name = (byte*)nameText;
            wishes.target = (byte*)targetText;
            wishes.target_id = options.Shared?.NodeId ?? 0;
            wishes.link = (int)(options.Linking switch
            {
                PipeWireLinking.SessionManager => rv_pw_link.RV_PW_LINK_MANAGER,
                PipeWireLinking.Direct => rv_pw_link.RV_PW_LINK_SELF,
                _ => rv_pw_link.RV_PW_LINK_AUTO,
            });
            rv_pw_stream* stream;
            int code = rv_pw_stream_open(client.Pointer, &wishes, &stream);
            return code < 0 ? throw PipeWireErrors.Opening(options, -code) : new PipeWireStream(stream);
        }
        finally
        {
            Marshal.FreeCoTaskMem(nameText);
            Marshal.FreeCoTaskMem(targetText);
        }
    }

    /// <summary>Waits until there may be an event or a record, but at most for this time.</summary>
    public void Wait(int milliseconds) => _ = rv_pw_stream_wait(Pointer, milliseconds);

    /// <summary>Ends a wait.</summary>
    public void Interrupt() => rv_pw_stream_interrupt(Pointer);

    /// <summary>Takes the oldest event.</summary>
    public bool TryTakeEvent(out rv_pw_event taken)
    {
        fixed (rv_pw_event* target = &taken)
        {
            *target = default;
            return rv_pw_stream_next_event(Pointer, target) > 0;
        }
    }

    /// <summary>
    /// Takes the next record; its slot then belongs to the caller; false if there is none. Valid until the next call.
    /// </summary>
    public bool TryTake(out rv_pw_record* record)
    {
        if (_next == _count)
        {
            _next = 0;
            _count = rv_pw_stream_read(Pointer, At(0), BatchSize);
        }

        record = _next < _count ? At(_next++) : null;
        return record is not null;
    }

    /// <summary>Returns the record's slot as memory with these planes; the memory returns the slot in the end.</summary>
    public PipeWireMemory Lend(uint slot, ReadOnlySpan<rv_pw_plane> planes)
    {
        while (_memories.Count <= slot)
        {
            _memories.Add(null);
        }

        PipeWireMemory memory = _memories[(int)slot] ??= new PipeWireMemory(Pointer, slot);
        memory.MakeLive(planes);
        return memory;
    }

    /// <summary>For playback: writes as many bytes as there is room for; returns their number.</summary>
    public int Write(ReadOnlySpan<byte> data)
    {
        fixed (byte* source = data)
        {
            return rv_pw_stream_write(Pointer, source, data.Length);
        }
    }

    /// <summary>Returns a record's slot that was not lent.</summary>
    public void Recycle(uint slot) => rv_pw_stream_recycle(Pointer, slot);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        while (_next < _count)
        {
            Recycle(At(_next++)->slot);
        }

        rv_pw_stream_close(Pointer);
        return true;
    }

    // The array is pinned for ever.
    private rv_pw_record* At(int index) => (rv_pw_record*)Marshal.UnsafeAddrOfPinnedArrayElement(_records, index);
}
