import {
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TimeToLiveDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { ConfigError } from '@dynact/persistence'
import { z } from 'zod'
import { Attributes } from './layout/attributes.js'
import { tableError } from './tables.js'

/** How long DynamoDB keeps what was deleted, in milliseconds; left out: not at all. */
export const deletedTimeToLive = z.int().min(0)

const isOn = ({ TimeToLiveStatus }: TimeToLiveDescription): boolean =>
  TimeToLiveStatus === 'ENABLED' || TimeToLiveStatus === 'ENABLING'

/**
 * Lets DynamoDB remove items of a table whose `expiry` has passed. Needs the permissions `dynamodb:DescribeTimeToLive` and, where it is not on yet,
 * `dynamodb:UpdateTimeToLive`.
 *
 * @throws {@link ConfigError} the table has its time to live on another attribute.
 * @throws {@link PersistenceError} DynamoDB refused, or could not be reached.
 */
export const enableTimeToLive = async (client: DynamoDBClient, TableName: string): Promise<void> => {
  try {
    const { TimeToLiveDescription = {} } = await client.send(new DescribeTimeToLiveCommand({ TableName }))
    if (!isOn(TimeToLiveDescription)) {
      const TimeToLiveSpecification = { AttributeName: Attributes.EXPIRY, Enabled: true }
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
      return
    }
    if (TimeToLiveDescription.AttributeName !== Attributes.EXPIRY)
      throw new ConfigError(
        `The table ${TableName} has its time to live on the attribute ${TimeToLiveDescription.AttributeName}, where dynact needs ${Attributes.EXPIRY}. Leave out deletedTimeToLiveMs, or use another table.`,
      )
  } catch (cause) {
    throw tableError('switch on the time to live of', TableName, cause)
  }
}
