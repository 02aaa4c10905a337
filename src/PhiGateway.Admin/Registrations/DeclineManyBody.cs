namespace PhiGateway.Admin.Registrations;

/// <summary>
/// Body of declining every undecided request that is meant: what is named narrows, and something must be named; and the reason.
/// </summary>
/// <param name="Network">An address, or a network in CIDR notation; an address of IPv6 stands for its /64.</param>
/// <param name="SignedBy">The URI under which the software statement was signed, exactly.</param>
/// <param name="Form">metadata, software-statement or client-id-metadata-document.</param>
/// <param name="ReceivedBefore">Only those that came before this moment.</param>
/// <param name="AtMost">How many the caller saw: where more are meant than that, none is declined. Absent: however many they are.</param>
/// <param name="Reason">Why, in words without patient data; required. No applicant is told.</param>
public sealed record DeclineManyBody(
    string? Network = null,
    string? SignedBy = null,
    string? Form = null,
    DateTimeOffset? ReceivedBefore = null,
    int? AtMost = null,
    string? Reason = null
);

/// <summary>What became of declining many.</summary>
/// <param name="Declined">How many were declined; of a dry run: would be.</param>
/// <param name="Left">How many are meant and wait still, since one call declines so many at most: call again.</param>
/// <param name="Ids">Which were declined.</param>
/// <param name="DryRun">Whether nothing was changed.</param>
public sealed record DeclinedRegistrations(int Declined, int Left, IReadOnlyList<string> Ids, bool DryRun);
