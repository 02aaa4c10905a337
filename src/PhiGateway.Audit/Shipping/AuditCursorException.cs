namespace PhiGateway.Audit.Shipping;

/// <summary>Thrown by a search whose cursor is none of its own: the search is to be repeated without it.</summary>
public sealed class AuditCursorException() : ArgumentException("The cursor does not belong to this search: repeat the search without it.");
