namespace RetroVue.Media.Elements.Flow;

/// <summary>What a full queue does.</summary>
public enum QueuePolicy
{
    /// <summary>Whoever feeds it waits: nothing is lost. For files and everything that can wait.</summary>
    Wait,

    /// <summary>The buffer that comes is dropped and counted. For live sources, which cannot wait.</summary>
    DropIncoming,
}
