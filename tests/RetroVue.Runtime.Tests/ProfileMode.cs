namespace RetroVue.Runtime.Tests;

/// <summary>The kind of channel, for tests that hold for both kinds.</summary>
public enum ProfileMode
{
    Copy,

    Transcode,
}
