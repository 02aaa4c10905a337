using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Whether a request was permitted as an emergency use: with a justification, with an owner who is told and a review that somebody owes.
/// Asked by Forward, which has it on record before anything goes, and by whoever holds a request against what others share with it.
/// </summary>
internal static class EmergencyPermit
{
    /// <summary>Whether the request, or an entry of the bundle that it is, was permitted so.</summary>
    /// <remarks>Security: what its token says is not enough; the decision must have taken it for one.</remarks>
    public static bool IsEmergencyUse(this GatewayExchange exchange)
    {
        if (exchange.Known.Permit is { } permit && Tells(permit))
        {
            return true;
        }

        for (var place = 0; place < exchange.Entries.Count; place++)
        {
            if (exchange.Entries[place].Known.Permit is { } ofEntry && Tells(ofEntry))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an owner's limits refuse the request nothing: those that it shares with others do not, in an emergency.</summary>
    public static bool MayPass(this GatewayExchange exchange, LimitOwner owner) => owner != LimitOwner.Client && exchange.IsEmergencyUse();

    private static bool Tells(Permit permit)
    {
        for (var place = 0; place < permit.Obligations.Count; place++)
        {
            if (permit.Obligations[place] is NotifyOwner)
            {
                return true;
            }
        }

        return false;
    }
}
