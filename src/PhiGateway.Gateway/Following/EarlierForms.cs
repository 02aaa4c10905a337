using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Finds documents that stand in the registry in an earlier form than this node has enforced, or of which there is no row any more, and reads
/// them as nothing, which closes what depends on them: somebody has put a row back, seal and all, or taken it out of the table. Used by
/// <see cref="FailoverMemory"/>.
/// </summary>
/// <remarks>
/// Security: a row says by itself which revision wrote it, and no change of the control plane gives it a lower one. On another line of history
/// numbers stand for other changes: after a failover nothing is compared. What governs no traffic here is left aside: admin keys are the control
/// plane's. Not thread-safe, but for <see cref="Problem"/>.
/// </remarks>
/// <param name="told">Told once of each such document, with the revision that was enforced; as of revision 0 where there is no row.</param>
internal sealed class EarlierForms(Action<RegistryItem, long> told)
{
    private readonly Dictionary<(RegistryKind Kind, string Id), long> _enforced = [];
    private readonly Dictionary<(RegistryKind Kind, string Id), long> _closed = [];

    // What is read in the place of rows that are gone.
    private readonly Dictionary<(RegistryKind Kind, string Id), RegistryItem> _gone = [];
    private Func<IReadOnlyList<KeptSnapshot>>? _file;
    private string? _timeline;
    private volatile int _count;

    /// <summary>What the operator has to know; null: nothing.</summary>
    public string? Problem =>
        _count == 0
            ? null
            : $"{_count} documents stand in the registry in an earlier form than this node has enforced, or are not there any more: they are "
                + "not in force here, and what they closed stays closed: write them anew";

    /// <summary>Writes into the log what is told of a document.</summary>
    public static void Log(ILogger log, RegistryItem item, long known)
    {
        var document = RegistryPaths.Of(item.Kind, item.Id);
        if (item.Revision == 0)
        {
            GatewayLog.DocumentGone(log, document, known);
        }
        else
        {
            GatewayLog.DocumentPutBack(log, document, item.Revision, known);
        }
    }

    /// <summary>Takes note of what was in force when this node last ran.</summary>
    public void Recall(MarkedChanges step)
    {
        _timeline = step.Timeline ?? _timeline;
        foreach (var document in step.Items.Where(static document => Governs(document.Kind)))
        {
            var key = (document.Kind, document.Id);
            _enforced[key] = Math.Max(document.Revision, _enforced.GetValueOrDefault(key));
        }
    }

    /// <summary>Where what the documents said is found, should one of them be missing.</summary>
    public void RecallFrom(Func<IReadOnlyList<KeptSnapshot>> file) => _file = file;

    /// <summary>The operator has said that what was enforced is given up.</summary>
    public void Forget()
    {
        _enforced.Clear();
        _closed.Clear();
        _gone.Clear();
        _file = null;
        _count = 0;
    }

    /// <summary>A whole load with nothing in the place of what was put back; known from here on is only what that was.</summary>
    public RegistryChanges Close(RegistryChanges everything)
    {
        if (everything.Timeline is { } line && _timeline is not null && line != _timeline)
        {
            Forget();
        }

        _timeline = everything.Timeline ?? _timeline;
        if (_enforced.Count == 0 && _closed.Count == 0)
        {
            return everything;
        }

        var items = everything.Items.Select(Shown).ToList();
        items.AddRange(Gone(everything.Items));
        _enforced.Clear();
        _count = _closed.Count;
        return everything with { Items = items };
    }

    /// <summary>What was written anew is in force again.</summary>
    public void Take(RegistryChanges changes)
    {
        if (_closed.Count == 0)
        {
            return;
        }

        foreach (var item in changes.Items)
        {
            if (_closed.TryGetValue((item.Kind, item.Id), out var enforced) && item.Revision > enforced)
            {
                _closed.Remove((item.Kind, item.Id));
                _gone.Remove((item.Kind, item.Id));
            }
        }

        _count = _closed.Count;
    }

    private static bool Governs(RegistryKind kind) =>
        Enum.IsDefined(kind) && kind is not (RegistryKind.Alert or RegistryKind.AdminKey) && (int)kind < RegistryKinds.FirstThatDescribes;

    // What is deleted leaves a row. Of other kinds a row that is missing closes by itself; an approval has ended those before it.
    private static bool IsMissed((RegistryKind Kind, string Id) key) => key.Kind is RegistryKind.Review or RegistryKind.UseCase;

    // In the place of what somebody took out of the table: whom it closed, or which labels it named, says the file of when it was there.
    private IEnumerable<RegistryItem> Gone(IReadOnlyList<RegistryItem> there)
    {
        var missed = _enforced.Keys.Concat(_gone.Keys).Where(IsMissed).ToHashSet();
        missed.ExceptWith(there.Select(static item => (item.Kind, item.Id)));
        if (missed.Count == 0)
        {
            return [];
        }

        var kept = _file?.Invoke() ?? [];
        _file = null;
        foreach (var item in kept.SelectMany(static step => step.Everything.Items))
        {
            var key = (item.Kind, item.Id);
            if (missed.Contains(key) && item.Revision >= _enforced.GetValueOrDefault(key, long.MaxValue) && !item.Deleted)
            {
                _gone[key] = item with { Json = RefusedForm.Of(item) };
                if (_closed.TryAdd(key, item.Revision))
                {
                    told(item with { Revision = 0 }, item.Revision);
                }
            }
        }

        return _gone.Where(pair => missed.Contains(pair.Key)).Select(static pair => pair.Value);
    }

    // Under the number that was enforced, so that the next start finds it to be earlier still.
    private RegistryItem Shown(RegistryItem item)
    {
        var key = (item.Kind, item.Id);
        _gone.Remove(key);
        var enforced = Math.Max(_enforced.GetValueOrDefault(key), _closed.GetValueOrDefault(key));
        if (item.Revision >= enforced)
        {
            _closed.Remove(key);
            return item;
        }

        if (_closed.TryAdd(key, enforced))
        {
            told(item, enforced);
        }

        return item with
        {
            Json = RefusedForm.Of(item),
            Revision = enforced,
            Deleted = false,
        };
    }
}
