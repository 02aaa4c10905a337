using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Counts the patients that a client asked for by id and was told that there are none, like those of answers; called by
/// <see cref="AuditTrail"/> for each refusal, and before the answer to a search for patients leaves.
/// </summary>
/// <remarks>
/// Security: whoever walks through ids learns of each whether it is there, and would otherwise learn it of any number of them. What another
/// search without a match asked for is not counted: apps ask so for each of their patients, most of whom have nothing of the kind.
/// </remarks>
internal static class ProbedPatients
{
    // Of one request that is refused; further ones cost the client a refusal, as any does. A search says of each that it names.
    private const int MostOfRefused = 32;

    /// <summary>The name of the quota that they would exceed, which the client is told instead; null: they count, or nothing is limited.</summary>
    public static string? FindExceeded(GatewayExchange exchange, DenyReason reason) =>
        (reason == DenyReason.NotFoundOrWithheld || reason == DenyReason.PatientNotFound) && exchange.Known.Request is { } request
            ? FindExceeded(exchange, request, MostOfRefused)
            : null;

    /// <summary>
    /// The same of a search for patients by their ids, which says of each whether it is there as a read does: asked before its answer
    /// leaves. Those that it finds count once; what a chain was resolved to the client has not asked for.
    /// </summary>
    public static string? FindExceededBySearch(GatewayExchange exchange) =>
        exchange.Known.Asked is { } request && LooksForPatients(exchange, request) ? FindExceeded(exchange, request, int.MaxValue) : null;

    // Over several types their ids are the only parameter by which these are named; a compartment is named by its path.
    private static bool LooksForPatients(GatewayExchange exchange, FhirRequest request) =>
        request.Interaction switch
        {
            Interaction.SearchType => request.Type == ResourceType.Patient,
            Interaction.SearchSystem when request.CompartmentId is null => exchange.Permit.Release.Types.Contains(ResourceType.Patient)
                && request.Parts.Any(static part => part.Role == PartRole.Target && part.Type == ResourceType.Patient),
            _ => false,
        };

    private static string? FindExceeded(GatewayExchange exchange, FhirRequest request, int named)
    {
        if (exchange.Known is not { Client: { } known, Ticket: { } ticket })
        {
            return null;
        }

        // What one of them refuses is taken of none: all are asked before any counts.
        var asked = new Lazy<IReadOnlyList<string>>(() => AuditText.PatientsAsked(request, named, out _));
        return FindExceeded(exchange, known, ticket, asked, counts: false) ?? FindExceeded(exchange, known, ticket, asked, counts: true);
    }

    private static string? FindExceeded(
        GatewayExchange exchange,
        ClientEntry known,
        AdmissionTicket ticket,
        Lazy<IReadOnlyList<string>> asked,
        bool counts
    )
    {
        foreach (var owner in LimitOwners.All)
        {
            // Safety: whom others met of what is shared keeps no emergency from being told that there is nobody.
            var isYielding = exchange.MayPass(owner);
            for (var place = PatientStretch.All.Length - 1; place >= 0; place--)
            {
                var stretch = PatientStretch.All[place];
                if (
                    known.LimitsOf(owner) is { } limits
                    && stretch.LimitOf(limits) is { } most
                    && ticket.Of(owner)?.Of(stretch) is { } quota
                    && !quota.TryProbe(asked.Value, most, exchange.Now, counts, isYielding)
                )
                {
                    var name = owner.NameOf(stretch.Name);
                    if (isYielding)
                    {
                        exchange.Passed.Add(name);
                        continue;
                    }

                    RateLimitFields.WriteUsedUp(exchange.Http.Response, name, most, stretch.Length, quota.PatientsLeft, exchange.Now);
                    return name;
                }
            }
        }

        return null;
    }
}
