using System.Runtime.InteropServices;

namespace RetroVue.Media.Devices.V4l2;

/// <summary>A buffer of the driver, mapped into this process's memory until it is disposed of.</summary>
internal sealed unsafe class V4l2Mapping : SafeHandle
{
    private readonly IV4l2System _system;
    private readonly uint _length;

    public V4l2Mapping(IV4l2System system, nint address, uint length)
        : base(0, ownsHandle: true)
    {
        _system = system;
        _length = length;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The number of bytes.</summary>
    public int Length => (int)_length;

    /// <summary>Returns a part of the memory, for a caller who knows that it is still mapped.</summary>
    public Span<byte> Bytes(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new Span<byte>((byte*)handle + offset, length);
    }

    protected override bool ReleaseHandle() => _system.Unmap(handle, _length) >= 0;
}
