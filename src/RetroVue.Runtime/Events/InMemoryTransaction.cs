using System.Data;
using System.Data.Common;

namespace RetroVue.Runtime.Events;

/// <summary>Changes of an in-memory store that become visible together, with the commit.</summary>
/// <param name="store">The store.</param>
internal sealed class InMemoryTransaction(InMemoryEventStore store) : DbTransaction
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<SemaphoreSlim> _locks = [];
    private readonly List<Action<InMemoryEventState>> _changes = [];

    public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

    /// <summary>The changes, in order.</summary>
    public IReadOnlyList<Action<InMemoryEventState>> Changes => _changes;

    /// <summary>True if it has been committed or rolled back.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The store that it belongs to.</summary>
    public InMemoryEventStore Store => store;

    protected override DbConnection? DbConnection => null;

    /// <summary>Adds a change.</summary>
    public void Add(Action<InMemoryEventState> change) => _changes.Add(change);

    /// <summary>Takes a lock that is kept until the transaction's end.</summary>
    public async Task LockAsync(string name, SemaphoreSlim held, CancellationToken cancellationToken)
    {
        if (_names.Contains(name))
        {
            return;
        }

        await held.WaitAsync(cancellationToken).ConfigureAwait(false);
        _names.Add(name);
        _locks.Add(held);
    }

    public override void Commit()
    {
        End();
        store.Apply(_changes);
        ReleaseLocks();
    }

    public override void Rollback()
    {
        End();
        ReleaseLocks();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsEnded)
        {
            Rollback();
        }

        base.Dispose(disposing);
    }

    private void End()
    {
        if (IsEnded)
        {
            throw new InvalidOperationException("The transaction has been committed or rolled back. Begin another one.");
        }

        IsEnded = true;
    }

    private void ReleaseLocks() => _locks.ForEach(held => held.Release());
}
