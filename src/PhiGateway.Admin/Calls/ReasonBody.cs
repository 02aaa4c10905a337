namespace PhiGateway.Admin.Calls;

/// <summary>Body of a verb that takes a reason.</summary>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record ReasonBody(string? Reason = null)
{
    // Reasons are for people: long enough for a sentence and a ticket, too short for a patient list.
    private const int MaxReason = 1000;

    /// <summary>The refusal of a reason that is missing or too long; null: it will do.</summary>
    internal static AdminProblem? Require(string? reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            return AdminProblem.Invalid("/reason", "required", "Say why, in words without patient data.");
        }

        return TooLong(reason);
    }

    /// <summary>The refusal of a reason that is too long, wherever one is given; null: it will do.</summary>
    internal static AdminProblem? TooLong(string reason) =>
        reason.Length > MaxReason ? AdminProblem.Invalid("/reason", "too-long", $"At most {MaxReason} characters.") : null;
}
