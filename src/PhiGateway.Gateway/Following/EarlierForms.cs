using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Finds documents that stand in the registry in an earlier form than this node has enforced, and reads them as nothing, which closes what
/// depends on them: somebody has put a row back, seal and all. Used by <see cref="FailoverMemory"/>.
/// </summary>
/// <remarks>
/// Security: a row says by itself which revision wrote it, and no change of the control plane gives it a lower one. On another line of history
/// numbers stand for other changes: after a failover nothing is compared. What governs no traffic here is left aside: admin keys are the control
/// plane's. Not thread-safe, but for <see cref="Problem"/>.
/// </remarks>
/// <param name="told">Told once of each such document, with the revision that was enforced.</param>
internal sealed class EarlierForms(Action<RegistryItem, long> told)
{
    private readonly Dictionary<(RegistryKind Kind, string Id), long> _enforced = [];
    private readonly Dictionary<(RegistryKind Kind, string Id), long> _closed = [];
    private string? _timeline;
    private volatile int _count;

    /// <summary>What the operator has to know; null: nothing.</summary>
    public string? Problem =>
        _count == 0
            ? null
            : $"{_count} documents stand in the registry in an earlier form than this node has enforced, and are not in force: write them anew";

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

    /// <summary>The operator has said that what was enforced is given up.</summary>
    public void Forget()
    {
        _enforced.Clear();
        _closed.Clear();
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
            }
        }

        _count = _closed.Count;
    }

    private static bool Governs(RegistryKind kind) =>
        Enum.IsDefined(kind) && kind is not (RegistryKind.Alert or RegistryKind.AdminKey) && (int)kind < RegistryKinds.FirstThatDescribes;

    // Under the number that was enforced, so that the next start finds it to be earlier still.
    private RegistryItem Shown(RegistryItem item)
    {
        var key = (item.Kind, item.Id);
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
