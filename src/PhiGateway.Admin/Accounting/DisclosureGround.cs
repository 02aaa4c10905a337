namespace PhiGateway.Admin.Accounting;

/// <summary>On what disclosures rested at the time: each value once, in their order. Records of before it was said add none.</summary>
/// <param name="Agreements">Agreements of the use cases.</param>
/// <param name="Approvals">Approvals of the clients that counted.</param>
/// <param name="Approvers">Who gave them, or carried them over a change that only narrowed.</param>
/// <param name="CoveredBy">By what this patient was covered: any, context, task, or a roster by its id.</param>
/// <param name="More">Whether there are more of them than are listed; absent: these are all.</param>
public sealed record DisclosureGround(
    IReadOnlyList<string> Agreements,
    IReadOnlyList<string> Approvals,
    IReadOnlyList<string> Approvers,
    IReadOnlyList<string> CoveredBy,
    bool? More = null
);
