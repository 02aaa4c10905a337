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
/// <param name="before">The snapshot by which the answer was judged …</param>
/// <param name="then">… at that moment.</param>
/// <param name="current">What holds now.</param>
/// <param name="now">This moment.</param>
internal sealed class Coverage(RegistrySnapshot before, DateTimeOffset then, RegistrySnapshot current, DateTimeOffset now)
{
    private readonly List<(GatewayExchange Exchange, AccessPart[] Parts)> _questions = [];

    /// <summary>Decisions that were made so far; what the question costs.</summary>
    public int Decisions { get; private set; }

    /// <summary>Adds a request whose data is in the answer; one that asks for the same as one before it adds nothing.</summary>
    public void Add(GatewayExchange exchange)
    {
        var parts = KindOf(exchange);
        if (parts.Length > 0 && !_questions.Exists(known => known.Parts.AsSpan().SequenceEqual(parts)))
        {
            _questions.Add((exchange, parts));
        }
    }

    /// <summary>Whether somebody's data was judged who was covered then and is not any more.</summary>
    /// <param name="judged">What was judged.</param>
    /// <param name="aborted">Nobody waits for the answer any more.</param>
    public bool HasLost(Disclosure judged, CancellationToken aborted)
    {
        foreach (var (exchange, parts) in _questions)
        {
            var asked = new AccessPart[parts.Length];
            for (var i = 0; i < judged.Patients.Count; i++)
            {
                aborted.ThrowIfCancellationRequested();
                PatientId[] patient = [judged.Patients[i]];
                for (var place = 0; place < parts.Length; place++)
                {
                    asked[place] = parts[place] with { Patients = patient };
                }

                if (Covers(exchange, asked, before, then) && !Covers(exchange, asked, current, now))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Covers(GatewayExchange exchange, AccessPart[] parts, RegistrySnapshot snapshot, DateTimeOffset moment)
    {
        Decisions++;
        return DecisionMaker.Decide(exchange, parts, snapshot, moment).Continues;
    }

    // What is asked for, without whose it is: of a write what shows it. Its id matters to tasks for one resource alone.
    private AccessPart[] KindOf(GatewayExchange exchange)
    {
        var hasTasks = HasTasks(exchange, before) || HasTasks(exchange, current);
        var kind = new List<AccessPart>();
        foreach (var part in exchange.DecidedParts)
        {
            if (part.Role == PartRole.Target)
            {
                kind.Add(
                    new AccessPart
                    {
                        Interaction = part.Interaction
                            is Interaction.Create
                                or Interaction.Update
                                or Interaction.Patch
                                or Interaction.Delete
                            ? Interaction.Read
                            : part.Interaction,
                        Type = part.Type,
                        Id = hasTasks || part.Interaction == Interaction.Export ? part.Id : null,
                        Operation = part.Operation,
                        ComputedOver = part.ComputedOver,
                        IsWildcard = part.IsWildcard,
                        Judgeable = part.Judgeable,
                    }
                );
            }
        }

        return [.. kind];
    }

    private static bool HasTasks(GatewayExchange exchange, RegistrySnapshot snapshot)
    {
        var caller = exchange.Identified.Caller;
        return snapshot.FindClient(caller.Issuer, caller.ClientId) is { HasTasks: true };
    }
}
