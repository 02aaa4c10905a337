namespace PhiGateway.Tests.Common.Watch;

/// <summary>One labelled attack in the synthetic traffic.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">Whom a finding would name.</param>
/// <param name="From">Its first record.</param>
/// <param name="To">Its last record.</param>
internal sealed record Attack(AttackKind Kind, string Subject, DateTimeOffset From, DateTimeOffset To);
