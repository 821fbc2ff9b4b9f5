import { createHash } from 'node:crypto';
import { getOperationAST, type GraphQLError, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GatewayContext } from '../context.ts';
import { coercedVariables } from '../executor/coerced-variables.ts';
import { estimateAnswerFields } from '../operations/answer-fields.ts';
import { costShape } from '../operations/cost-shape.ts';
import type { DearFields, PlannedCalls } from '../operations/call-plan.ts';
import { planOperation, type PlannerOptions } from '../operations/planner.ts';
import { fragmentsOf } from '../executor/collect-fields.ts';
import type { SelectedOperation } from '../lookahead/selection-tree.ts';
import { queryTooExpensive } from '../operations/query-too-expensive.ts';
import { onOperation } from './on-operation.ts';

export interface QueryCostOptions extends PlannerOptions {
  /** The most upstream calls that one request may make. */
  readonly maxUpstreamCalls: number;
  /** The most fields that an answer may have. */
  readonly maxAnswerFields: number;
}

/** Upper bound of plans kept for one operation, one for each shape of its variables. */
export const MAX_PLANS = 32;
/** Length above which a shape is kept as its hash, in characters: clients decide how long shapes are. */
const LONG_SHAPE = 200;

interface Cost {
  readonly answerFields: number;
  readonly total: number;
  /** Calls by resource; empty when there are not too many. Thousands of plans are kept. */
  readonly byResource: readonly PlannedCalls[];
  readonly dearFields: readonly DearFields[];
}

/**
 * Refuses an operation before its execution if it would need more upstream calls than a request may make, or its answer
 * would have more fields than an answer may have.
 */
export function useQueryCost({
  maxUpstreamCalls,
  maxAnswerFields,
  ...options
}: QueryCostOptions): Plugin<GatewayContext> {
  const plans = new WeakMap<OperationDefinitionNode, Map<string, Cost>>();

  function costOf(planned: SelectedOperation, operation: OperationDefinitionNode): Cost {
    const { total, byResource, dearFields } = planOperation(planned, operation, options);
    const answerFields = estimateAnswerFields(planned, operation, options.cardinalities);
    const isTooMuch = total > maxUpstreamCalls;
    return {
      total,
      byResource: isTooMuch ? byResource : [],
      dearFields: isTooMuch ? dearFields : [],
      answerFields,
    };
  }

  return onOperation<GatewayContext>({
    before(args) {
      const { schema, document, operationName } = args;
      const operation = getOperationAST(document, operationName);
      if (!operation) return null;
      const { values: variableValues } = coercedVariables(args, operation);
      // Variables of a wrong type are refused instead of being executed (use-coerced-variables.ts).
      if (variableValues === null) return null;
      let ofOperation = plans.get(operation);
      if (ofOperation === undefined) {
        ofOperation = new Map();
        plans.set(operation, ofOperation);
      }
      const planned = { schema, fragments: fragmentsOf(document), variableValues };
      const shape = shortened(costShape(planned, operation, options.facts?.nodeKinds));
      let cost = ofOperation.get(shape);
      if (cost === undefined) {
        cost = costOf(planned, operation);
        if (ofOperation.size >= MAX_PLANS) ofOperation.clear();
        ofOperation.set(shape, cost);
      }
      args.contextValue.answer.plan(cost.answerFields);
      const refusal = refusalOf(cost, { maxUpstreamCalls, maxAnswerFields });
      return refusal && { errors: [refusal] };
    },
  });
}

function shortened(shape: string): string {
  return shape.length > LONG_SHAPE ? createHash('sha256').update(shape).digest('base64') : shape;
}

/** Most fields that a hint names. */
const MOST_IN_HINT = 10;

/** Advice on the fields that would save the most calls. */
function hintAt([dearest]: Cost['dearFields']): string {
  if (dearest === undefined) return '';
  const { fields, calls } = dearest;
  const names = fields.slice(0, MOST_IN_HINT).join(', ');
  return ` Ask for fewer rows, or leave out fields that cost one call for each row: ${names} (${calls} calls).`;
}

/** Error of an operation that would cost too much; null when it may be executed. */
function refusalOf(
  { total, byResource, dearFields, answerFields }: Cost,
  { maxUpstreamCalls, maxAnswerFields }: Pick<QueryCostOptions, 'maxUpstreamCalls' | 'maxAnswerFields'>,
): GraphQLError | null {
  if (total > maxUpstreamCalls) {
    const dearest = byResource.map(({ resource, calls }) => `${calls} to ${resource}`).join(', ');
    return queryTooExpensive(
      `The query would need up to ${total} upstream calls, and ${maxUpstreamCalls} are allowed (MAX_UPSTREAM_CALLS): ${dearest}.${hintAt(dearFields)}`,
      { limit: 'upstreamCalls', asked: total, allowed: maxUpstreamCalls },
      { plan: byResource },
    );
  }
  if (answerFields > maxAnswerFields) {
    return queryTooExpensive(
      `The answer would have up to ${answerFields} fields, and ${maxAnswerFields} are allowed (MAX_ANSWER_FIELDS): ask for fewer rows ("first"), fewer lists in one another, or fewer fields of a row.`,
      { limit: 'answerFields', asked: answerFields, allowed: maxAnswerFields },
    );
  }
  return null;
}
