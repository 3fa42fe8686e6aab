using RetroVue.Runtime.Producers.Slates.Letters;

namespace RetroVue.Runtime.Tests;

/// <summary>
/// Lets the slates of all tests have the system's fonts at once, so that pictures do not depend on the speed of the disk.
/// </summary>
[SetUpFixture]
public sealed class WaitForFonts
{
    [OneTimeSetUp]
    public void Wait() => LetterFonts.OfSystem.WaitsForDisk = true;
}
