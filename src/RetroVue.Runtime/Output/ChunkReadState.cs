namespace RetroVue.Runtime.Output;

/// <summary>The result of a read from a <see cref="ChunkRing"/>.</summary>
public enum ChunkReadState
{
    /// <summary>A chunk.</summary>
    Chunk,

    /// <summary>No chunk yet: wait for <see cref="ChunkReader.News"/>.</summary>
    Empty,

    /// <summary>The reader is so late that its next chunk is gone; its stream has a hole and should end.</summary>
    Lagged,

    /// <summary>The channel's output has ended.</summary>
    Closed,
}
