namespace RetroVue;

/// <summary>Runs after the last test of a project, because all tests have namespaces below this one.</summary>
[SetUpFixture]
public sealed class CleanUp
{
    [OneTimeTearDown]
    public void RemoveMedia() => Tests.MadeMedia.Remove();
}
