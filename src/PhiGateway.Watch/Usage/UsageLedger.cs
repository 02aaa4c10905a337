using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Usage;

/// <summary>
/// The ledger of what each client used: by operation, include, label and element, each by purpose and tenant, with first and last use, a
/// count, and how many patients. Written by the detector, read by the control plane; thread-safe, and bounded for each client.
/// </summary>
internal sealed class UsageLedger : IUsageSource
{
    // A client has some dozen; whoever has more than this loses the oldest of what it names itself.
    private const int MostOfOne = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<UsedLine, Use>> _clients = new(StringComparer.Ordinal);
    private readonly UsedLines _lines = new();

    /// <inheritdoc />
    public IReadOnlyList<UsageRow> Of(string client)
    {
        lock (_lock)
        {
            return _clients.TryGetValue(client, out var uses)
                ? [.. uses.Select(static pair => Row(pair.Key, pair.Value)).OrderBy(static row => row.Last)]
                : [];
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<UsageElement> ElementsOf(string client)
    {
        var found = new Dictionary<(UsageKind Kind, string Name), Use>();
        lock (_lock)
        {
            foreach (var (key, use) in _clients.GetValueOrDefault(client) ?? [])
            {
                var (kind, name) = UsageNames.Of(key.Operation);
                Add(found, kind, name, use);
                if (kind is not (UsageKind.Interaction or UsageKind.Operation))
                {
                    // It came along with a request, which is counted by itself.
                    continue;
                }

                Add(found, UsageKind.Tenant, key.Tenant, use);
                foreach (var purpose in key.Purpose.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    Add(found, UsageKind.Purpose, purpose, use);
                }
            }
        }

        return
        [
            .. found
                .Where(static pair => pair.Key.Name.Length > 0)
                .OrderBy(static pair => pair.Key.Kind)
                .ThenBy(static pair => pair.Key.Name, StringComparer.Ordinal)
                .Select(static pair => new UsageElement(
                    pair.Key.Kind,
                    pair.Key.Name,
                    pair.Value.First,
                    pair.Value.Last,
                    pair.Value.Count,
                    pair.Value.Patients.Count,
                    pair.Value.Patients.IsEstimate
                )),
        ];
    }

    private static void Add(Dictionary<(UsageKind, string), Use> found, UsageKind kind, string name, Use use)
    {
        if (!found.TryGetValue((kind, name), out var sum))
        {
            found[(kind, name)] = sum = new Use { First = use.First, Last = use.Last };
        }

        sum.First = use.First < sum.First ? use.First : sum.First;
        sum.Last = use.Last > sum.Last ? use.Last : sum.Last;
        sum.Count += use.Count;
        sum.Patients.Add(use.Patients);
    }

    /// <summary>Counts an access.</summary>
    public void Note(WatchEvent seen)
    {
        lock (_lock)
        {
            var uses = OfClient(seen.Client);
            Note(uses, _lines.Of(seen.Operation, seen.Purpose, seen.Tenant), seen);
            foreach (var part in seen.Parts)
            {
                Note(uses, _lines.Of(part, seen.Purpose, seen.Tenant), seen);
            }
        }
    }

    private static void Note(Dictionary<UsedLine, Use> uses, UsedLine key, WatchEvent seen)
    {
        var at = seen.Time;
        if (!uses.TryGetValue(key, out var use))
        {
            if (uses.Count >= MostOfOne)
            {
                MakeRoom(uses);
            }

            uses[key] = use = new Use { First = at };
        }

        use.Last = at > use.Last ? at : use.Last;
        use.Count++;
        foreach (var patient in seen.Patients)
        {
            use.Patients.Add(patient);
        }
    }

    // Names of elements and the like a client can make up, what it did it cannot: those go first, a quarter of them at once, so that whoever
    // makes them up neither hides what was used nor costs much.
    private static void MakeRoom(Dictionary<UsedLine, Use> uses)
    {
        var most = Math.Max(1, uses.Keys.Count(static key => UsageNames.IsPart(key.Operation)) / 4);
        var oldest = uses.OrderByDescending(static pair => UsageNames.IsPart(pair.Key.Operation))
            .ThenBy(static pair => pair.Value.Last)
            .Take(most)
            .Select(static pair => pair.Key)
            .ToList();
        foreach (var key in oldest)
        {
            uses.Remove(key);
        }
    }

    /// <summary>Writes it to the file in which baselines are kept.</summary>
    public void Write(BinaryWriter writer)
    {
        lock (_lock)
        {
            writer.Write(_clients.Count);
            foreach (var (client, uses) in _clients)
            {
                writer.Write(client);
                writer.Write(uses.Count);
                foreach (var (key, use) in uses)
                {
                    writer.Write(key.Operation);
                    writer.Write(key.Purpose);
                    writer.Write(key.Tenant);
                    writer.Write(use.First.UtcTicks);
                    writer.Write(use.Last.UtcTicks);
                    writer.Write(use.Count);
                }
            }
        }
    }

    /// <summary>Reads it back.</summary>
    public void Read(BinaryReader reader)
    {
        lock (_lock)
        {
            for (var clients = reader.ReadInt32(); clients > 0; clients--)
            {
                var uses = OfClient(reader.ReadString());
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    uses[_lines.Of(reader.ReadString(), reader.ReadString(), reader.ReadString())] = new Use
                    {
                        First = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                        Last = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                        Count = reader.ReadInt64(),
                    };
                }
            }
        }
    }

    /// <summary>Writes how many patients, behind all that a version before knew.</summary>
    public void WritePatients(BinaryWriter writer)
    {
        lock (_lock)
        {
            writer.Write(_clients.Count);
            foreach (var (client, uses) in _clients)
            {
                writer.Write(client);
                writer.Write(uses.Count);
                foreach (var (key, use) in uses)
                {
                    writer.Write(key.Operation);
                    writer.Write(key.Purpose);
                    writer.Write(key.Tenant);
                    use.Patients.Write(writer);
                }
            }
        }
    }

    /// <summary>Reads that back; what it is of was read before.</summary>
    public void ReadPatients(BinaryReader reader)
    {
        lock (_lock)
        {
            for (var clients = reader.ReadInt32(); clients > 0; clients--)
            {
                var uses = _clients[reader.ReadString()];
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    uses[_lines.Of(reader.ReadString(), reader.ReadString(), reader.ReadString())].Patients = PatientSketch.Read(reader);
                }
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _clients.Clear();
            _lines.Clear();
        }
    }

    private Dictionary<UsedLine, Use> OfClient(string client)
    {
        if (!_clients.TryGetValue(client, out var uses))
        {
            _clients[client] = uses = [];
        }

        return uses;
    }

    private static UsageRow Row(UsedLine key, Use use) =>
        new(key.Operation, key.Purpose, key.Tenant, use.First, use.Last, use.Count, use.Patients.Count, use.Patients.IsEstimate);

    private sealed class Use
    {
        private long _first;
        private long _last;

        public DateTimeOffset First
        {
            get => new(_first, TimeSpan.Zero);
            set => _first = value.UtcTicks;
        }

        public DateTimeOffset Last
        {
            get => new(_last, TimeSpan.Zero);
            set => _last = value.UtcTicks;
        }

        public long Count { get; set; }

        public PatientSketch Patients { get; set; } = new();
    }
}
