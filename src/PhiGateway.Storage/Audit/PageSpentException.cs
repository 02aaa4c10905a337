namespace PhiGateway.Storage.Audit;

/// <summary>A page of a search is larger than one answer holds: it is asked for again with fewer records.</summary>
internal sealed class PageSpentException() : Exception("The page is larger than one answer holds.");
