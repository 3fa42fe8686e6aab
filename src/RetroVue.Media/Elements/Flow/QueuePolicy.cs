namespace RetroVue.Media.Elements.Flow;

/// <summary>The reaction of a full queue.</summary>
public enum QueuePolicy
{
    /// <summary>The feeder waits: nothing is lost. For files and other sources that can wait.</summary>
    Wait,

    /// <summary>The new buffer is dropped and counted. For live sources, which cannot wait.</summary>
    DropIncoming,
}
