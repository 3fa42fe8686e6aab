using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Tests;

/// <summary>Slates of all tests have the letters of the system's fonts at once: pictures do not depend on the time that a disk takes.</summary>
[SetUpFixture]
public sealed class WaitForFonts
{
    [OneTimeSetUp]
    public void Wait() => LetterFonts.OfSystem.WaitsForDisk = true;
}
