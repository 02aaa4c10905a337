namespace PhiGateway.Gateway.Exchange;

/// <summary>What the Admit stage adds to the exchange: the request's place among those of its client in flight.</summary>
/// <param name="Ticket">The place; the exchange gives it back when the request ends, once.</param>
internal readonly record struct Admitted(AdmissionTicket Ticket);
