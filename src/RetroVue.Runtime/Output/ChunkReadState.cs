namespace RetroVue.Runtime.Output;

/// <summary>What a reader of a <see cref="ChunkRing"/> found.</summary>
public enum ChunkReadState
{
    /// <summary>A chunk.</summary>
    Chunk,

    /// <summary>Nothing yet: wait for news.</summary>
    Empty,

    /// <summary>The reader fell behind what is kept; its stream has a hole and should end.</summary>
    Lagged,

    /// <summary>The channel's output has ended.</summary>
    Closed,
}
