namespace PhiGateway.Apis;

/// <summary>
/// One place of an answer that may leave, or leads to one; immutable once the table is compiled. Any place without a node is cut.
/// </summary>
internal sealed class EnvelopeNode
{
    private readonly Dictionary<string, EnvelopeNode> _members = new(StringComparer.Ordinal);

    /// <summary>What is here.</summary>
    public EnvelopeRole Role { get; private set; }

    /// <summary>For every element of an array; null when none is meant.</summary>
    public EnvelopeNode? Each { get; private set; }

    /// <summary>By member name.</summary>
    public IReadOnlyDictionary<string, EnvelopeNode> Members => _members;

    /// <summary>Adds a place; false when it lies above, below or at another one.</summary>
    public bool TryAdd(JsonPointer pointer, EnvelopeRole role)
    {
        var node = this;
        foreach (var step in pointer.Steps)
        {
            if (node.Role != EnvelopeRole.Way)
            {
                return false;
            }

            node = node.Next(step);
            if (node is null)
            {
                return false;
            }
        }

        if (node.Role != EnvelopeRole.Way || node.Each is not null || node._members.Count > 0)
        {
            return false;
        }

        node.Role = role;
        return true;
    }

    /// <summary>
    /// Whether the records stand below the elements of one array, each by itself or in groups, and nothing else that is declared stands
    /// in an array: no other list, no way on to more.
    /// </summary>
    public bool HoldsOneList => CountLists() == 1 && HoldsList;

    /// <summary>For every element of the outermost array here or below; null: there is none.</summary>
    public EnvelopeNode? Element =>
        Each ?? _members.Values.Select(static member => member.Element).FirstOrDefault(static element => element is not null);

    private bool HoldsList =>
        Each is null ? _members.Values.Any(static member => member.HoldsList) : Each is { HoldsRecords: true, LeadsOn: false };

    private bool HoldsRecords =>
        Role == EnvelopeRole.Item || (Each?.HoldsRecords ?? _members.Values.Any(static member => member.HoldsRecords));

    private bool LeadsOn => Role == EnvelopeRole.Next || (Each?.LeadsOn ?? _members.Values.Any(static member => member.LeadsOn));

    // What is inside one is part of its elements.
    private int CountLists() => Each is null ? _members.Values.Sum(static member => member.CountLists()) : 1;

    private EnvelopeNode? Next(string? step)
    {
        if (step is null)
        {
            // One place cannot be an array and an object.
            return _members.Count > 0 ? null : Each ??= new EnvelopeNode();
        }

        if (Each is not null)
        {
            return null;
        }

        if (!_members.TryGetValue(step, out var next))
        {
            _members.Add(step, next = new EnvelopeNode());
        }

        return next;
    }
}

/// <summary>What stands at a place of an answer, such as the records or a count.</summary>
internal enum EnvelopeRole : byte
{
    /// <summary>Leads to other places.</summary>
    Way = 0,

    /// <summary>A record, to be judged.</summary>
    Item,

    /// <summary>Leaves as it is.</summary>
    Keep,

    /// <summary>A number, replaced by how many records are released.</summary>
    Count,

    /// <summary>Where there is more: leaves sealed.</summary>
    Next,
}
