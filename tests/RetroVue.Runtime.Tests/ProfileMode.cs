namespace RetroVue.Runtime.Tests;

/// <summary>For tests that hold for both kinds of channels.</summary>
public enum ProfileMode
{
    Copy,

    Transcode,
}
