namespace PhiGateway.Gateway.Exchange;

/// <summary>What Admit gave: a place among the client's requests in flight.</summary>
/// <param name="Ticket">The place; the exchange gives it back when the request ends, once.</param>
internal readonly record struct Admitted(AdmissionTicket Ticket);
