using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Asks of the patients in an answer whether each who was covered when it was judged is covered still. Made by <see cref="StillOpen"/> for one
/// answer; its entries that ask for the same are asked about once for each patient, however many they are.
/// </summary>
/// <remarks>
/// A record's own id matters to tasks for that record alone, and to these for their patient alone: for everybody else an entry is asked about
/// with those of its kind. So the cost grows with patients and with tasks, and never with one times the other.
/// </remarks>
/// <param name="before">The snapshot by which the answer was judged …</param>
/// <param name="then">… at that moment.</param>
/// <param name="current">What holds now.</param>
/// <param name="now">This moment.</param>
internal sealed class Coverage(RegistrySnapshot before, DateTimeOffset then, RegistrySnapshot current, DateTimeOffset now)
{
    private readonly List<KindOfEntry> _kinds = [];
    private readonly HashSet<(KindOfEntry Kind, string Ids)> _known = [];

    /// <summary>Decisions that were made so far; what the question costs.</summary>
    public int Decisions { get; private set; }

    /// <summary>Adds a request whose data is in the answer; one that asks for the same as one before it adds nothing.</summary>
    public void Add(GatewayExchange exchange)
    {
        var targets = exchange.DecidedParts.Where(static part => part.Role == PartRole.Target).ToList();
        if (targets.Count == 0)
        {
            return;
        }

        AccessPart[] parts = [.. targets.Select(static part => PartOf(part, part.Interaction == Interaction.Export))];
        var kind = _kinds.Find(known => known.Parts.AsSpan().SequenceEqual(parts));
        if (kind is null)
        {
            kind = new KindOfEntry(exchange, parts);
            _kinds.Add(kind);
        }

        HashSet<PatientId> named = [.. TasksFor(exchange, before, targets), .. TasksFor(exchange, current, targets)];
        if (named.Count == 0)
        {
            kind.HasPlain = true;
        }
        else if (_known.Add((kind, string.Join(' ', targets.Select(static part => part.Id)))))
        {
            kind.Take([.. targets.Select(static part => PartOf(part, withId: true))], named);
        }
    }

    /// <summary>Whether somebody's data was judged who was covered then and is not any more.</summary>
    /// <param name="judged">What was judged.</param>
    /// <param name="aborted">Nobody waits for the answer any more.</param>
    public bool HasLost(Disclosure judged, CancellationToken aborted)
    {
        var patients = new HashSet<PatientId>(judged.Patients);
        foreach (var kind in _kinds)
        {
            foreach (var patient in judged.Patients)
            {
                aborted.ThrowIfCancellationRequested();
                if (kind.IsAskedOf(patient) && HasLost(kind.Exchange, kind.Parts, patient))
                {
                    return true;
                }
            }

            foreach (var (parts, named) in kind.Single)
            {
                foreach (var patient in named)
                {
                    aborted.ThrowIfCancellationRequested();
                    if (patients.Contains(patient) && HasLost(kind.Exchange, parts, patient))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private bool HasLost(GatewayExchange exchange, AccessPart[] parts, PatientId patient)
    {
        AccessPart[] asked = [.. parts.Select(part => part with { Patients = [patient] })];
        return Covers(exchange, asked, before, then) && !Covers(exchange, asked, current, now);
    }

    private bool Covers(GatewayExchange exchange, AccessPart[] parts, RegistrySnapshot snapshot, DateTimeOffset moment)
    {
        Decisions++;
        return DecisionMaker.Decide(exchange, parts, snapshot, moment).Continues;
    }

    // What is asked for, without whose it is: of a write what shows it.
    private static AccessPart PartOf(AccessPart part, bool withId) =>
        new()
        {
            Interaction = part.Interaction is Interaction.Create or Interaction.Update or Interaction.Patch or Interaction.Delete
                ? Interaction.Read
                : part.Interaction,
            Type = part.Type,
            Id = withId ? part.Id : null,
            Operation = part.Operation,
            ComputedOver = part.ComputedOver,
            IsWildcard = part.IsWildcard,
            Judgeable = part.Judgeable,
        };

    // The patients of whose tasks one is for a record that is asked for.
    private static IEnumerable<PatientId> TasksFor(GatewayExchange exchange, RegistrySnapshot snapshot, List<AccessPart> targets)
    {
        var caller = exchange.Identified.Caller;
        if (snapshot.FindClient(caller.Issuer, caller.ClientId) is not { HasTasks: true } client)
        {
            return [];
        }

        return targets.Where(static part => part.Id is not null).SelectMany(part => client.PatientsOfTasksFor(part.Type, part.Id!));
    }

    /// <summary>Entries that ask for the same, whichever record each is about.</summary>
    private sealed class KindOfEntry(GatewayExchange exchange, AccessPart[] parts)
    {
        private readonly Dictionary<PatientId, int> _named = [];

        internal GatewayExchange Exchange => exchange;

        internal AccessPart[] Parts => parts;

        /// <summary>Those of single records for which there are tasks, with the patients of these.</summary>
        internal List<(AccessPart[] Parts, HashSet<PatientId> Patients)> Single { get; } = [];

        /// <summary>There is one without such a task.</summary>
        internal bool HasPlain { get; set; }

        internal void Take(AccessPart[] single, HashSet<PatientId> patients)
        {
            Single.Add((single, patients));
            foreach (var patient in patients)
            {
                _named[patient] = _named.GetValueOrDefault(patient) + 1;
            }
        }

        /// <summary>Whether any of them is asked about without its id.</summary>
        internal bool IsAskedOf(PatientId patient) => HasPlain || _named.GetValueOrDefault(patient) < Single.Count;
    }
}
