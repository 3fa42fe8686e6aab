namespace RetroVue.Media.Devices;

/// <summary>A source whose media appears as time passes, with the time of its capture.</summary>
public interface ILiveSource
{
    /// <summary>The statistics so far; any thread.</summary>
    CaptureStatistics Statistics { get; }
}
