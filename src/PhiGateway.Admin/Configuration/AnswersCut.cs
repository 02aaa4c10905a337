namespace PhiGateway.Admin.Configuration;

/// <summary>Says how many running answers an act ended on the node that was asked; other nodes end theirs by themselves.</summary>
/// <param name="Node">That node.</param>
/// <param name="Count">How many; those that were judged whole and had not begun are not among them.</param>
/// <param name="InForce">Whether the node enforces the act already; false: there may be more.</param>
public sealed record AnswersCut(string Node, int Count, bool InForce);
