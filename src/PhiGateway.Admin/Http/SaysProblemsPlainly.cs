namespace PhiGateway.Admin.Http;

/// <summary>Marks an endpoint whose protocol says what is wrong in one message and repeats the caller's own id of a call.</summary>
internal sealed class SaysProblemsPlainly;
