namespace RetroVue.Media.Devices;

/// <summary>A source whose media appears as time passes, stamped with the time at which it was captured.</summary>
public interface ILiveSource
{
    /// <summary>What the source has seen so far; any thread.</summary>
    CaptureStatistics Statistics { get; }
}
