namespace PhiGateway.Storage.Audit;

/// <summary>Some months behind one another that a search asks in one go.</summary>
/// <param name="First">As 202611.</param>
/// <param name="Last">Itself included.</param>
/// <param name="Shapes">How many shapes that are asked for they have, each counted once a month.</param>
internal readonly record struct MonthSpan(int First, int Last, int Shapes);
