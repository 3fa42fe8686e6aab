using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>A sound device one of whose calls fails: from its n-th time on, a given number of times.</summary>
internal sealed class FaultyPcm(IPcm inner, string call, int errno, int from, int times) : IPcm
{
    private int _count;

    public PcmSetup Setup => inner.Setup;

    /// <summary>The number of times that the call has failed.</summary>
    public int Failures { get; private set; }

    public int Prepare() => Fails(nameof(Prepare)) ? -errno : inner.Prepare();

    public int Start() => Fails(nameof(Start)) ? -errno : inner.Start();

    public int Drop() => Fails(nameof(Drop)) ? -errno : inner.Drop();

    public int Drain() => Fails(nameof(Drain)) ? -errno : inner.Drain();

    public int Resume() => Fails(nameof(Resume)) ? -errno : inner.Resume();

    public int GetStatus(out PcmStatus status)
    {
        int code = inner.GetStatus(out status);
        return Fails(nameof(GetStatus)) ? -errno : code;
    }

    public int GetStamp(out long available, out ClockTime time)
    {
        int code = inner.GetStamp(out available, out time);
        return Fails(nameof(GetStamp)) ? -errno : code;
    }

    public long Read(Span<byte> frames) => Fails(nameof(Read)) ? -errno : inner.Read(frames);

    public long Write(ReadOnlySpan<byte> frames) => Fails(nameof(Write)) ? -errno : inner.Write(frames);

    public void Dispose() => inner.Dispose();

    private bool Fails(string name)
    {
        if (name != call)
        {
            return false;
        }

        _count++;
        bool fails = _count >= from && _count - from < times;
        Failures += fails ? 1 : 0;
        return fails;
    }
}
